Console.WriteLine("fuzz targets: none yet");
