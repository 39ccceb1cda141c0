//go:build linux

// Command opc-kubeadm takes kubeadm's place on the hosts: it makes kubeadm
// understand what sealer writes, and init and join repeatable. Called by its
// own name it shows what it would make of a configuration:
//
//	opc-kubeadm convert FILE [PATCH…]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/opc-source/opc-image/pkg/kubeadm"
	"github.com/opc-source/opc-image/pkg/kubeadm/step"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args)
	stop()
	if err == nil {
		return
	}
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() > 0 {
		os.Exit(exit.ExitCode()) // kubeadm itself, which has said what is wrong.
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func run(ctx context.Context, args []string) error {
	if filepath.Base(args[0]) == "opc-kubeadm" {
		return convert(args[1:])
	}
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	s := step.Step{Host: host{}, Out: os.Stdout, Hostname: name}
	return s.Main(ctx, args[1:])
}

func convert(args []string) error {
	if len(args) < 2 || args[0] != "convert" {
		return errors.New("usage: opc-kubeadm convert FILE [PATCH…]")
	}
	config, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var opts kubeadm.Options
	for _, name := range args[2:] {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		opts.Patches = append(opts.Patches, kubeadm.Patch{Name: name, Data: data})
	}
	out, err := kubeadm.Convert(config, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	_, err = os.Stdout.Write(out)
	return err
}
