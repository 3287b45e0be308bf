// One at a time: the tests measure time-outs and gaps on a machine that may have two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
