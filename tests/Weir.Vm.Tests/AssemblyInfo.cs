// One at a time: the machine is emulated, and two processors are all it has.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
