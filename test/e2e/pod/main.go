// Command pod is what the pods of the tests run: a network for them, and
// something to talk to. It is no part of the product.
//
//	pod net             the network of a node: a bridge, and routes to the others
//	pod web             answers requests on :8080 with the name of the pod
//	pod get URL         prints what a URL answers
//	pod lookup NAME     prints the addresses of a name
//	pod certgen …       certificates for webhooks, see [certgen]
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pod:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "net":
		return keepNetwork(ctx)
	case len(args) > 1 && args[0] == "certgen":
		api, err := inCluster()
		if err != nil {
			return err
		}
		return certgen(ctx, api, args[1], args[2:])
	case len(args) == 1 && args[0] == "web":
		return web()
	case len(args) == 2 && args[0] == "get":
		return get(ctx, args[1])
	case len(args) == 2 && args[0] == "lookup":
		addresses, err := net.DefaultResolver.LookupHost(ctx, args[1])
		fmt.Println(addresses)
		return err
	}
	return fmt.Errorf("unknown command %q", args)
}

func web() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })
	return server.ListenAndServe()
}

func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	_, err = io.Copy(os.Stdout, io.LimitReader(response.Body, 1<<20))
	return err
}
