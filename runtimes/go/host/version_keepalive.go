//go:build go1.23

package main

// #include "table.h"
import "C"

import (
	"context"
	"net"
	"time"
)

const haveKeepAliveConfig = true

func configOf(k *C.struct_assay_keepalive) net.KeepAliveConfig {
	if k == nil {
		return net.KeepAliveConfig{}
	}
	return net.KeepAliveConfig{
		Enable:   true,
		Idle:     time.Duration(k.idle),
		Interval: time.Duration(k.interval),
		Count:    int(k.count),
	}
}

// keepAliveOf turns keep-alive off where there is no config.
func keepAliveOf(k *C.struct_assay_keepalive) time.Duration {
	if k == nil {
		return -1
	}
	return 0
}

func setKeepAlive(c C.uintptr_t, k *C.struct_assay_keepalive) C.int {
	t, ok := streamOf(c).(*net.TCPConn)
	if !ok {
		return C.ASSAY_ENOTSUP
	}
	if k == nil {
		return netStatus(t.SetKeepAlive(false))
	}
	return netStatus(t.SetKeepAliveConfig(configOf(k)))
}

func dialKeepAlive(network, address string, deadline C.int64_t,
	k *C.struct_assay_keepalive) (net.Conn, error) {
	d := net.Dialer{
		Deadline:        timeOf(deadline),
		KeepAlive:       keepAliveOf(k),
		KeepAliveConfig: configOf(k),
	}
	return d.Dial(network, address)
}

func listenKeepAlive(network, address string,
	k *C.struct_assay_keepalive) (net.Listener, error) {
	l := net.ListenConfig{
		KeepAlive:       keepAliveOf(k),
		KeepAliveConfig: configOf(k),
	}
	return l.Listen(context.Background(), network, address)
}
