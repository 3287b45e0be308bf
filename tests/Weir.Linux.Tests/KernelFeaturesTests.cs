namespace Weir.Linux.Tests;

public class KernelFeaturesTests
{
    [Theory]
    [InlineData("6.18.44-fc-v669", 6, 18)]
    [InlineData("5.15.0-91-generic", 5, 15)]
    [InlineData("6.1.0-18-amd64", 6, 1)]
    [InlineData("7.0", 7, 0)]
    public void A_release_begins_with_its_numbers(string release, int major, int minor) =>
        Assert.Equal(new Version(major, minor), KernelFeatures.ParseRelease(release));

    [Theory]
    [InlineData("")]
    [InlineData("next")]
    [InlineData("6")]
    public void A_release_without_numbers_is_not_guessed_at(string release) => Assert.Null(KernelFeatures.ParseRelease(release));

    [Fact]
    public void The_running_kernel_has_a_release() => Assert.NotNull(KernelFeatures.ParseRelease(KernelFeatures.Release));

    [Fact]
    public void Effective_capabilities_are_the_line_CapEff()
    {
        Assert.Equal(0x1ffffffffffUL, KernelFeatures.EffectiveCapabilities(["Name:\tx", "CapPrm:\t0000000000000001", "CapEff:\t000001ffffffffff"]));
        Assert.Equal(0UL, KernelFeatures.EffectiveCapabilities(["Name:\tx"]));
    }

    [Fact]
    public void What_is_missing_is_said_with_its_use_and_remedy() =>
        Assert.All(KernelFeatures.Missing(), missing => Assert.All([missing.What, missing.Needed, missing.Remedy], Assert.NotEmpty));
}
