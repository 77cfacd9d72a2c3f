module assay/runtimes/go

go 1.19
