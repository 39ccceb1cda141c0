package kubeadm

import (
	"slices"
	"strings"
)

// convertCluster turns a ClusterConfiguration that was checked into v1beta4.
func (d *document) convertCluster() error {
	for _, at := range []string{"apiServer", "controllerManager", "scheduler"} {
		o := d.object(at)
		if o == nil {
			continue
		}
		flags, err := d.flags(at, "extraArgs")
		if err != nil {
			return err
		}
		if flags != nil {
			dropGates(flags)
			renameFlags(flags)
		}
		tidy(o, "extraArgs")
	}
	if d.object("etcd.external") != nil {
		d.useExternalEtcd()
		return nil
	}
	if local := d.object("etcd.local"); local != nil {
		if _, err := d.flags("etcd.local", "extraArgs"); err != nil {
			return err
		}
		// sealer's types write the empty string where nothing was set; kubeadm
		// then has its default, but would keep an empty string of v1beta4.
		tidy(local, "dataDir")
		tidy(local, "extraArgs")
	}
	return nil
}

// deadGates are the feature gates that sealer fills in and that Kubernetes has
// dropped since; the components do not start over a gate they do not know.
var deadGates = []string{"EphemeralContainers", "TTLAfterFinished"}

// oldFlags are the flags that sealer fills in and that have got another name.
var oldFlags = []struct{ old, filled, name string }{
	{"experimental-cluster-signing-duration", "876000h", "cluster-signing-duration"},
}

// dropGates takes the dead gates out of the flag "feature-gates" and leaves
// those that somebody chose.
func dropGates(flags object) {
	gates, ok := flags["feature-gates"].(string)
	if !ok {
		return
	}
	kept := slices.DeleteFunc(strings.Split(gates, ","), func(gate string) bool {
		name, _, _ := strings.Cut(strings.TrimSpace(gate), "=")
		return slices.Contains(deadGates, name)
	})
	if len(kept) == 0 {
		delete(flags, "feature-gates")
		return
	}
	flags["feature-gates"] = strings.Join(kept, ",")
}

// renameFlags gives old flags their new name. Where both are set, the old one
// counts only if it has another value than the one sealer fills in: then it is
// from the Clusterfile, which goes before the image.
func renameFlags(flags object) {
	for _, f := range oldFlags {
		v, ok := flags[f.old]
		if !ok {
			continue
		}
		delete(flags, f.old)
		if flags[f.name] == nil || v != f.filled {
			flags[f.name] = v
		}
	}
}

// useExternalEtcd takes away what sealer adds for an etcd on the masters though
// the Clusterfile names another: kubeadm takes one of the two only, and the
// flag would send the API server to etcds that are not there.
func (d *document) useExternalEtcd() {
	delete(d.object("etcd"), "local")
	if flags := d.object("apiServer.extraArgs"); flags != nil {
		delete(flags, "etcd-servers")
	}
}

// tidy removes a field that holds nothing.
func tidy(o object, name string) {
	switch v := o[name].(type) {
	case nil:
		delete(o, name)
	case string:
		if v == "" {
			delete(o, name)
		}
	case object:
		if len(v) == 0 {
			delete(o, name)
		}
	}
}
