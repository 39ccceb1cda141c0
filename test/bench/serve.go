package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// addresses are where the serving process listens.
type addresses struct {
	Corpus string // host:port of the corpus
	Target string // host:port of the registry that takes pushes
}

// serveMain serves a corpus, and an empty registry to push to, until its
// standard input ends.
func serveMain(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := flags.String("corpus", "", "directory of the corpus")
	to := flags.String("target", "", "directory of the registry to push to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r, err := newRegistry(*dir)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: r}
	go server.Serve(l) //nolint:errcheck // ends with the process
	target, err := rehearse.NewTarget(*to)
	if err != nil {
		return err
	}
	if err := target.Start(ctx); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(addresses{l.Addr().String(), target.Address()}); err != nil {
		return err
	}
	var b [1]byte
	_, _ = os.Stdin.Read(b[:]) // until who started it ends
	return server.Close()
}

// servers is the serving process.
type servers struct {
	addresses
	stop func() error
}

// startServers serves a corpus and an empty registry in a process of its own.
func startServers(ctx context.Context, self, corpus, target string) (*servers, error) {
	cmd := exec.CommandContext(ctx, self, "serve", "-corpus", corpus, "-target", target)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &servers{stop: func() error { in.Close(); return cmd.Wait() }}
	if err := json.NewDecoder(out).Decode(&s.addresses); err != nil {
		return nil, fmt.Errorf("start the registry: %w", err)
	}
	return s, nil
}

// served asks what the corpus's registry has served.
func (s *servers) served(ctx context.Context) (served, error) {
	var n served
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Corpus+"/served", nil)
	if err != nil {
		return n, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return n, err
	}
	defer resp.Body.Close()
	return n, json.NewDecoder(resp.Body).Decode(&n)
}
