package remote

import "time"

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 1 << 20

// Config says how hosts are reached. It is read from strict YAML:
//
//	mirrors:
//	- from: docker.io
//	  to: [mirror.example/hub, http://10.0.0.5:5000]
//	- from: https://charts.example/
//	  to: [https://mirror.example/charts/]
//	  only: true
//	- from: "*"
//	  to: [cache.example/proxy]
//	hosts:
//	- name: mirror.example
//	  ca: /etc/pki/mirror.pem
//	  user: builder
//	  passwordEnv: MIRROR_PASSWORD
//	limits:
//	  perHost: 4
//	  idle: 30s
//
// The zero Config asks every host itself, over TLS with the system's roots.
type Config struct {
	// Mirrors is tried from the top; the first row that matches is used.
	Mirrors []Mirror `yaml:"mirrors,omitempty"`
	// Hosts holds what is special about single hosts.
	Hosts []Host `yaml:"hosts,omitempty"`
	// Limits bounds what all requests together may do.
	Limits Limits `yaml:"limits,omitempty"`
}

// What a row for everything else has as From. Nothing is replaced then: the whole
// name of the image, or the URL without its scheme, follows the mirror's address.
const (
	AnyRegistry = "*"         // mirror.example/docker.io/library/nginx
	AnySite     = "https://*" // https://mirror.example/get.example/tool.tgz
)

// Mirror replaces the beginning of an image name or of a URL.
type Mirror struct {
	// From is a registry host ("docker.io"), a host and the beginning of a
	// path ("quay.io/jetstack"), or the beginning of a URL. It matches whole
	// path elements only. "oci://" in front of a registry is ignored.
	// [AnyRegistry] and [AnySite] stand for all that are not on this machine.
	From string `yaml:"from"`
	// To lists what takes its place, tried in order. In a row for registries,
	// "http://" in front means plain HTTP.
	To []string `yaml:"to"`
	// Only forbids to ask the original place when every mirror failed.
	Only bool `yaml:"only,omitempty"`
}

// Host is what is special about one host.
type Host struct {
	// Name is the host, with its port if it has one: "registry.example:5000".
	Name string `yaml:"name"`
	// CA is a file of PEM certificates trusted besides the system's roots.
	CA string `yaml:"ca,omitempty"`
	// PlainHTTP talks HTTP without TLS, to a registry and to a site. A registry
	// on a loopback address without ca and insecure gets it anyway, as with docker.
	PlainHTTP bool `yaml:"plainHTTP,omitempty"`
	// Insecure accepts any certificate.
	Insecure bool `yaml:"insecure,omitempty"`
	// User and the environment variable named by passwordEnv are used instead
	// of what docker's config.json says about the host.
	User        string `yaml:"user,omitempty"`
	PasswordEnv string `yaml:"passwordEnv,omitempty"`
	// PerHost overrides Limits.PerHost.
	PerHost int `yaml:"perHost,omitempty"`
}

// Limits bounds requests.
type Limits struct {
	// PerHost is how many requests one host gets at a time; 0 means 6. It is
	// halved when a host answers 429 and grows back slowly.
	PerHost int `yaml:"perHost,omitempty"`
	// Total is how many requests there are at a time; 0 means 16.
	Total int `yaml:"total,omitempty"`
	// Attempts is how often a request is made before it has failed; 0 means 5.
	Attempts int `yaml:"attempts,omitempty"`
	// Idle is how long nothing may move on a request before it is given up
	// and made again; 0 means a minute.
	Idle time.Duration `yaml:"idle,omitempty"`
	// RetryAfter caps the time waited because a server asked for it; 0 means
	// two minutes.
	RetryAfter time.Duration `yaml:"retryAfter,omitempty"`
}

// withDefaults fills in the numbers that were left out.
func (l Limits) withDefaults() Limits {
	set := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	set(&l.PerHost, 6)
	set(&l.Total, 16)
	set(&l.Attempts, 5)
	if l.Idle == 0 {
		l.Idle = time.Minute
	}
	if l.RetryAfter == 0 {
		l.RetryAfter = 2 * time.Minute
	}
	return l
}
