package testenv

import "syscall"

// endWithParent has the kernel end the server at once when this process dies, however it dies.
func endWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGQUIT }
