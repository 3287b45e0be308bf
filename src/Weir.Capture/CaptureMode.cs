namespace Weir.Capture;

public enum CaptureMode : byte { Tap, Inline }
