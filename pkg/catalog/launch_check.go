package catalog

import (
	"fmt"
	"strings"
)

// check is one wait of a launch script.
type check struct {
	Object    string // for messages
	Namespace string // where to look for the cause; empty for the whole cluster
	Command   string // arguments of kubectl, quoted
	Platforms []string
	Patch     string // command that keeps the pods to hosts of the platform
}

// checkLimit is how long one try of a check may take.
const checkLimit = "--timeout=10s"

// check says how kubectl finds out whether the object is ready.
func (o Object) check(namespace string) check {
	if clusterWide(o.Kind) {
		namespace = ""
	}
	target := quote(strings.ToLower(o.Kind)) + "/" + quote(o.Name)
	if namespace != "" {
		target += " --namespace " + quote(namespace)
	}
	c := check{Object: o.Kind + " " + o.Name, Namespace: namespace, Platforms: o.Platforms}
	if namespace != "" {
		c.Object += " in namespace " + namespace
	}
	if len(o.Platforms) == 1 && o.rollsOut() {
		patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/arch":%q}}}}}`, strings.Split(o.Platforms[0], "/")[1])
		c.Patch = fmt.Sprintf("kubectl patch %s --patch %s", target, quote(patch))
	}
	switch condition := o.Condition; {
	case o.Field != "":
		c.Command = fmt.Sprintf("wait %s %s %s", target, quote("--for=jsonpath="+o.Field+"="+o.Value), checkLimit)
	case condition != "" || o.defaultCondition() != "":
		if condition == "" {
			condition = o.defaultCondition()
		}
		c.Command = fmt.Sprintf("wait %s %s %s", target, quote("--for=condition="+condition), checkLimit)
	case o.rollsOut():
		c.Command = fmt.Sprintf("rollout status %s %s", target, checkLimit)
	default:
		c.Command = "get " + target
	}
	return c
}

// rollsOut tells whether kubectl knows the kind's rollout.
func (o Object) rollsOut() bool {
	switch strings.ToLower(o.Kind) {
	case "deployment", "daemonset", "statefulset":
		return true
	}
	return false
}

// defaultCondition is the status condition that means ready for the kind.
func (o Object) defaultCondition() string {
	switch strings.ToLower(o.Kind) {
	case "job":
		return "Complete"
	case "customresourcedefinition":
		return "Established"
	}
	return ""
}

// clusterWide tells whether objects of a kind have no namespace.
func clusterWide(kind string) bool {
	switch strings.ToLower(kind) {
	case "customresourcedefinition", "storageclass", "runtimeclass", "ingressclass", "gatewayclass",
		"namespace", "node", "clusterrole", "clusterissuer", "persistentvolume", "apiservice":
		return true
	}
	return false
}
