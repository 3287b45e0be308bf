using Weir.Testing;

namespace Weir.Kernel.Tests.Bpf;

/// <summary>A bpf file system of a test's own.</summary>
internal sealed class BpfFolder : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly string _path;

    public BpfFolder()
    {
        _path = Directory.CreateDirectory(_folder.PathOf("bpf")).FullName;
        Tool.Run("mount", "-t", "bpf", "bpf", _path);
    }

    public string PathOf(string name) => Path.Combine(_path, name);

    public void Dispose()
    {
        Tool.Try("umount", _path);
        _folder.Dispose();
    }
}
