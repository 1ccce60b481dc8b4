// Each looks at the sockets and the memory of its process, and has both cores busy.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
