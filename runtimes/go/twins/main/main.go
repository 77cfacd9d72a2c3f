// go-twins: the pure-Go twins of cases, see ../README.md.
package main

import "assay/runtimes/go/twins"

func main() {
	twins.Main()
}
