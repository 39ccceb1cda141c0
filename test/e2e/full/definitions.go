package full

import (
	"context"
	"strings"
	"time"
)

// definitions makes sure that all definitions are established.
func (t *Trial) definitions(ctx context.Context, o *Outcome, _ bool) error {
	const template = `jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Established")].status}{"\n"}{end}`
	var not []string
	for range 20 {
		out, err := t.Cluster.Kubectl(ctx, "get", "crd", "-o", template)
		if err != nil {
			return err
		}
		not = nil
		for line := range strings.FieldsSeq(out) {
			if name, status, _ := strings.Cut(line, "="); status != "True" {
				not = append(not, "the definition "+name+" is not established")
			}
		}
		if len(not) == 0 {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	o.Problems = append(o.Problems, not...)
	return nil
}
