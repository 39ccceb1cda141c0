package conformance

import (
	"testing"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// TestTarget runs the suite, with pushing, against the registry that rehearsals
// push to. It deletes nothing and has no referrers API.
func TestTarget(t *testing.T) {
	target, err := rehearse.NewTarget(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := target.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	suite(t, target.Address(), map[string]string{
		"OCI_API_MANIFESTS_DIGEST_HEADER": "true",
		"OCI_API_REFERRER":                "false",
		"OCI_DATA_SHA512":                 "false",
	}, 400)
}
