package images_test

import (
	"io/fs"
	"regexp"
	"testing"
)

// TestOwnChartsRenderTheSame: what is drawn while rendering is drawn anew at every
// launch, and a certificate or password that runs is replaced.
func TestOwnChartsRenderTheSame(t *testing.T) {
	t.Parallel()
	draws := regexp.MustCompile(`\b(gen(CA|SignedCert|SelfSignedCert|PrivateKey)\w*|rand(AlphaNum|Alpha|Ascii|Numeric|Bytes|Int)|uuidv4)\b`)
	for _, c := range components(t) {
		for _, release := range c.Install.Charts {
			if release.Path == "" {
				continue
			}
			err := fs.WalkDir(c.Files(), release.Path+"/templates", func(name string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				for _, action := range actions.FindAllString(string(read(t, c, name)), -1) {
					if found := draws.FindString(action); found != "" {
						t.Errorf("%s: %s calls %s", c.Name, name, found)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// actions are what a template does, apart from its comments.
var actions = regexp.MustCompile(`\{\{-?\s*[^/\s-][^}]*\}\}`)
