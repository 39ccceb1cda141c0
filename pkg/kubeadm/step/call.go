package step

import (
	"slices"
	"strings"
)

// call is a command line of kubeadm, taken apart as far as the step needs.
type call struct {
	args []string
	verb string // "init"
	// sub is the word after the verb, "apply" in "upgrade apply".
	sub string
	// aside: it is not init, join or reset themselves but a phase of theirs, a
	// rehearsal or a question.
	aside bool
	// config is the file named by --config and where in args that name ends; -1
	// when there is none.
	config   string
	configAt int
	nodeName string
}

const ignoreFlag = "--ignore-preflight-errors"

// withValue are the flags whose value may be the next word, as far as they can
// stand before the verb or matter to the step.
var withValue = []string{"--config", "--node-name", ignoreFlag, "-v", "--v", "--rootfs"}

func parse(args []string) *call {
	c := &call{args: slices.Clone(args), configAt: -1}
	for i := 0; i < len(args); i++ {
		word := args[i]
		if !strings.HasPrefix(word, "-") {
			c.aside = c.aside || c.verb != "" && word == "phase"
			switch {
			case c.verb == "":
				c.verb = word
			case c.sub == "":
				c.sub = word
			}
			continue
		}
		name, value, joined := strings.Cut(word, "=")
		if !joined && slices.Contains(withValue, name) && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "-h", "--help", "--dry-run":
			c.aside = value != "false"
		case "--config":
			c.config, c.configAt = value, i
		case "--node-name":
			c.nodeName = value
		}
	}
	return c
}

// setConfig names another file with --config.
func (c *call) setConfig(name string) {
	if strings.HasPrefix(c.args[c.configAt], "--config=") {
		name = "--config=" + name
	}
	c.args[c.configAt] = name
}

// ignore gives the words of the call with more checks to ignore. kubeadm adds
// up such flags, but takes no other name beside "all".
func (c *call) ignore(checks []string) []string {
	if len(checks) == 0 {
		return c.args
	}
	for i, word := range c.args {
		value, ok := strings.CutPrefix(word, ignoreFlag+"=")
		if word == ignoreFlag && i+1 < len(c.args) {
			value, ok = c.args[i+1], true
		}
		if ok && slices.ContainsFunc(strings.Split(value, ","), func(s string) bool { return strings.EqualFold(s, "all") }) {
			return c.args
		}
	}
	checks = slices.Clone(checks)
	slices.Sort(checks)
	return append(slices.Clone(c.args), ignoreFlag+"="+strings.Join(slices.Compact(checks), ","))
}
