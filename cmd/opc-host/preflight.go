//go:build linux

package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/opc-source/opc-image/pkg/preflight"
)

// preflight tells everything that is wrong with the host, not only the first
// thing, and fails when one of them is an error. Variables of the cluster:
// SkipPreflight=true, IgnorePreflight=name,name, AllowCgroupV1=true,
// RegistryPort, PodCIDR.
func (h *host) preflight(args []string) error {
	flags := flag.NewFlagSet("preflight", flag.ContinueOnError)
	role := flags.String("role", "node", "master or node")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s := preflight.Settings{Role: preflight.Role(*role), AllowCgroupV1: h.getenv("AllowCgroupV1") == "true", PodCIDR: h.getenv("PodCIDR")}
	if s.Role != preflight.Master && s.Role != preflight.Node {
		return fmt.Errorf("preflight: --role %q is not master or node", *role)
	}
	if h.getenv("SkipPreflight") == "true" {
		fmt.Fprintln(h.out, "preflight: skipped, as SkipPreflight says")
		return nil
	}
	if list := h.getenv("IgnorePreflight"); list != "" {
		s.Ignore = strings.Split(list, ",")
	}
	if text := h.getenv("RegistryPort"); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return fmt.Errorf("preflight: RegistryPort %q is not a port", text)
		}
		s.RegistryPort = uint16(port)
	}
	facts, err := h.gather()
	if err != nil {
		return err
	}
	errs := 0
	for _, f := range preflight.Check(facts, s) {
		word := "warning"
		if f.Error {
			word = "error"
			errs++
		}
		fmt.Fprintf(h.out, "%s: %s: %s: %s\n", facts.Hostname, f.Check, word, f.Text)
		if f.Help != "" {
			fmt.Fprintf(h.out, "    %s\n", f.Help)
		}
	}
	if errs > 0 {
		return fmt.Errorf("%s cannot become part of a cluster (%d errors above); nothing was installed.\n"+
			"To go on all the same: sealer run … -e IgnorePreflight=NAME,… (of %s)", facts.Hostname, errs, strings.Join(preflight.Names(), ", "))
	}
	fmt.Fprintf(h.out, "%s: fit for a %s\n", facts.Hostname, s.Role)
	return nil
}
