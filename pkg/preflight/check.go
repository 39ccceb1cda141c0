package preflight

import "slices"

// check looks at one thing and gives what is wrong with it.
type check struct {
	name string
	look func(*Facts, *Settings) []Finding
}

// checks are all of them, in the order in which their findings are told.
var checks = []check{
	{"os", checkOS},
	{"kernel", checkKernel},
	{"cgroup", checkCgroup},
	{"cpu", checkCPU},
	{"memory", checkMemory},
	{"swap", checkSwap},
	{"disk", checkDisks},
	{"clock", checkClock},
	{"hostname", checkHostname},
	{"selinux", checkSELinux},
	{"firewall", checkFirewall},
	{"runtime", checkRuntime},
	{"ports", checkPorts},
	{"addresses", checkAddresses},
}

// Names are the names of all checks.
func Names() []string {
	var names []string
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// Check judges a host.
func Check(f *Facts, s Settings) []Finding {
	if s.RegistryPort == 0 {
		s.RegistryPort = 5000
	}
	var all []Finding
	for _, c := range checks {
		ignored := slices.Contains(s.Ignore, c.name) || slices.Contains(s.Ignore, "all")
		for _, finding := range c.look(f, &s) {
			finding.Check = c.name
			finding.Error = finding.Error && !ignored
			all = append(all, finding)
		}
	}
	return all
}

// wrong is a finding that ends the installation.
func wrong(text, help string) []Finding { return []Finding{{Error: true, Text: text, Help: help}} }

// doubtful is a finding that does not.
func doubtful(text, help string) []Finding { return []Finding{{Text: text, Help: help}} }
