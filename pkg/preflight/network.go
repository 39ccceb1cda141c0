package preflight

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// subdomain is what the name of a node has to be (RFC 1123).
var subdomain = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

func checkHostname(f *Facts, _ *Settings) []Finding {
	const help = "give the host a name of its own: hostnamectl set-hostname NAME"
	// The kubelet makes capital letters small.
	lower := strings.ToLower(f.Hostname)
	switch {
	case lower == "" || lower == "localhost" || strings.HasPrefix(lower, "localhost."):
		return wrong(fmt.Sprintf("the host is called %q, as are many others", f.Hostname), help)
	case len(lower) > 63 || !subdomain.MatchString(lower):
		return wrong(fmt.Sprintf("%q cannot be the name of a node: it has to be letters, digits, - and ., at most 63", f.Hostname), help)
	}
	return nil
}

// checkAddresses: a host of one family can be a node of a cluster of two, but its
// Services are not reached there by both.
func checkAddresses(f *Facts, s *Settings) []Finding {
	if f.IPv6 || !strings.Contains(s.PodCIDR, ":") {
		return nil
	}
	return doubtful("pods are to have IPv6 addresses ("+s.PodCIDR+"), and the host has none but those of its links",
		"give every host one, from your network or from fd00::/8, on the interface that the cluster uses")
}

// ports are what the parts of a cluster listen on.
func ports(s *Settings) []uint16 {
	if s.Role == Master {
		return []uint16{2379, 2380, s.RegistryPort, 6443, 10250, 10257, 10259}
	}
	return []uint16{10250}
}

func checkPorts(f *Facts, s *Settings) []Finding {
	if f.Ours {
		return nil
	}
	var taken []string
	for _, port := range ports(s) {
		if slices.Contains(f.Listening, port) {
			taken = append(taken, strconv.Itoa(int(port)))
		}
	}
	if len(taken) == 0 {
		return nil
	}
	return wrong("something listens on port "+strings.Join(taken, ", "), "see with ss -ltnp what it is, and stop it")
}

func checkFirewall(f *Facts, s *Settings) []Finding {
	for _, process := range []string{"firewalld", "ufw"} {
		if slices.Contains(f.Processes, process) {
			var open []string
			list := ports(s)
			if s.Role == Master {
				list = slices.Insert(list, 2, 2382) // When masters are rolled back.
			}
			for _, port := range list {
				open = append(open, strconv.Itoa(int(port)))
			}
			return wrong(process+" runs, and its rules stop pods and nodes from talking to each other",
				"turn it off (systemctl disable --now "+process+"), or open "+strings.Join(open, ", ")+
					", the networks of pods and Services and what the network plugin needs, and ignore this check: -e IgnorePreflight=firewall")
		}
	}
	return nil
}
