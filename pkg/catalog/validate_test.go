package catalog_test

import (
	"strings"
	"testing"
)

const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines string
		want  string // a part of the one message
	}{
		"constraint":             {`kubernetes: "at least 1.30"`, `10:1: kubernetes "at least 1.30" is not a version range such as >=1.32`},
		"homepage":               {`homepage: example.org`, `"example.org" is not an address that begins with https://`},
		"requires itself":        {`requires: [demo]`, `10:12: requires names the component itself`},
		"requires a bad name":    {`requires: [Cert_Manager]`, `"Cert_Manager" must be lower case letters`},
		"conflicts twice":        {`conflicts: [a, a]`, `10:16: "a" is listed twice`},
		"chart without origin":   {`install: {charts: [{release: a}]}`, `give either repository or path`},
		"chart with two origins": {`install: {charts: [{release: a, repository: "https://a.io", path: chart}]}`, `give either repository or path`},
		"chart scheme":           {`install: {charts: [{release: a, repository: "http://a.io", chart: a, version: 1.2.3}]}`, `"http://a.io" is not an address that begins with https:// or oci://`},
		"chart version":          {`install: {charts: [{release: a, repository: "https://a.io", chart: a, version: "1.2"}]}`, `version "1.2" of chart a is not exact`},
		"chart name":             {`install: {charts: [{release: a, repository: "oci://a.io", chart: b/a, version: 1.2.3}]}`, `chart must be the name of a chart in oci://a.io`},
		"chart values":           {`install: {charts: [{release: a, repository: "https://a.io", chart: a, version: 1.2.3, values: v.yaml}]}`, `there is no file v.yaml beside component.yaml`},
		"chart outside":          {`install: {charts: [{release: a, path: ../other}]}`, `"../other" is not a path beside component.yaml`},
		"own chart is no chart":  {`install: {charts: [{release: a, path: empty}]}`, `there is no file empty/Chart.yaml beside`},
		"own chart's version":    {`install: {charts: [{release: a, path: chart, version: 1.2.3}]}`, `a chart of our own has them in its Chart.yaml`},
		"release twice":          {`install: {charts: [{release: a, path: chart}, {release: a, path: chart}]}`, `"demo/a" is listed twice`},
		"checksum":               {`install: {manifests: [{url: "https://a.io/b.yaml", sha256: "sha256:12"}]}`, `"sha256:12" is not a SHA-256`},
		"manifest origin":        {`install: {manifests: [{name: a.yaml}]}`, `give either url or path`},
		"manifest name":          {`install: {manifests: [{url: "https://a.io/b"}]}`, `file name is "b", which does not end in .yaml; set name`},
		"manifest twice":         {`install: {manifests: [{url: "https://a.io/b.yaml"}, {url: "https://c.io/b.yaml"}]}`, `"b.yaml" is listed twice`},
		"file platform":          {`install: {hostFiles: [{path: tool, dest: bin/a, platform: amd64}]}`, `"amd64" is not a platform such as linux/amd64`},
		"file dest absolute":     {`install: {hostFiles: [{path: tool, dest: /bin/a}]}`, `dest "/bin/a" must be a clean relative path`},
		"file dest outside":      {`install: {bundleFiles: [{path: tool, dest: ../a}]}`, `dest "../a" must be a clean relative path`},
		"file dest twice":        {`install: {hostFiles: [{path: tool, dest: a}, {path: tool, dest: a}]}`, `" a" is listed twice`},
		"member of no archive":   {`install: {hostFiles: [{url: "https://a.io/b", member: c, dest: a}]}`, `member "c" needs a url that ends in .tar`},
		"platform":               {`images: [{name: "a.io/b:1", found: rendered, platforms: [linux]}]`, `"linux" is not a platform such as linux/amd64`},
		"image found and extra":  {`images: [{name: "a.io/b:1", found: rendered, extra: why}]`, `give either found: where discovery sees it or extra`},
		"image neither":          {`images: [{name: "a.io/b:1"}]`, `give either found: where discovery sees it or extra`},
		"image found":            {`images: [{name: "a.io/b:1", found: guessed}]`, `found is "guessed"; it must be rendered or operator`},
		"image twice":            {`images: [{name: "a.io/b:1", found: rendered}, {name: "a.io/b:1", found: rendered}]`, `"a.io/b:1" is listed twice`},
		"image registry":         {`images: [{name: "nginx:1", found: rendered}]`, `leaves out its registry; write docker.io/library/nginx:1`},
		"image name":             {`images: [{name: "a.io/B:1", found: rendered}]`, `repository name (B) must be lowercase`},
		"published platform":     {`images: [{name: "a.io/b:1", found: rendered, publishedAs: {linux/arm64: "a.io/b-arm64:1"}}]`, `not one of the image's platforms`},
		"excluded twice":         {`exclude: [{name: a, reason: b}, {name: a, reason: b}]`, `"a" is listed twice`},
		"build root":             {built(`user: root`), `user "root" must be a number other than 0`},
		"build user 0":           {built(`user: "0:0"`), `user "0:0" must be a number other than 0`},
		"build dest":             {built(`user: "1", files: [{path: tool, dest: tool}]`), `dest "tool" must be a clean absolute path`},
		"build directory":        {built(`user: "1", workDir: tmp`), `workDir "tmp" must be an absolute path`},
		"build port":             {built(`user: "1", ports: ["8080"]`), `"8080" is not a port such as 8080/tcp`},
		"build not listed":       {`build: [{name: "a.io/b:1", from: "a.io/c:1", user: "1"}]`, `image a.io/b:1 is built but not listed under images`},
		"ready field":            {`ready: [{kind: A, name: b, field: "{.a}"}]`, `field and value belong together`},
		"ready both":             {`ready: [{kind: A, name: b, condition: C, field: "{.a}", value: d}]`, `give either condition or field with value`},
		"ready name":             {`ready: [{kind: A, name: b c}]`, `must be what kubectl takes`},
		"secret without keys":    {`secrets: [{name: a, for: b, generate: []}]`, `generate lists no key`},
		"secret key":             {`secrets: [{name: a, for: b, generate: [a b]}]`, `key "a b" must be letters`},
		"secret key twice":       {`secrets: [{name: a, for: b, generate: [c], values: {c: d}}]`, `key "c" is given twice`},
		"secret purpose":         {`secrets: [{name: a, for: "b\nc", generate: [c]}]`, `must be one line`},
		"uninstall line":         {`uninstall: ["a\nb"]`, `"a\nb" must be one line`},
		"ready platform":         {`ready: [{kind: A, name: b, platforms: [arm64]}]`, `"arm64" is not a platform such as linux/amd64`},
		"chart platform":         {`install: {charts: [{release: a, path: chart, platforms: [arm64]}]}`, `"arm64" is not a platform such as linux/amd64`},
		"single values":          {`install: {charts: [{release: a, path: chart, singleValues: no.yaml}]}`, `there is no file no.yaml beside component.yaml`},
		"single download":        {`install: {manifests: [{url: "https://a.io/b.yaml", singleEdits: [{find: a}]}]}`, `singleEdits are for a file of our own`},
		"dual own":               {`install: {manifests: [{path: chart/Chart.yaml, dualEdits: [{find: a}]}]}`, `dualEdits are for a file that is downloaded`},
		"set from":               {`install: {charts: [{release: a, path: chart, set: {a.b: podCIDR}}]}`, `value a.b is set to "podCIDR", which is none of ipv4, ipv6, podCIDR4, podCIDR6`},
		"set what":               {`install: {charts: [{release: a, path: chart, set: {"a b": ipv4}}]}`, `value "a b" must be a path`},
		"launch line":            {`launch: ["a\nb"]`, `"a\nb" must be one line`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problems(t, map[string]string{
				"demo": minimal + test.lines + "\n", "demo/tool": "x", "demo/chart/Chart.yaml": "x", "demo/empty/x": "x",
			})
			if len(got) != 1 || !strings.HasPrefix(got[0], "demo/component.yaml:10:") || !strings.Contains(got[0], test.want) {
				t.Errorf("got  %q\nwant %s", got, test.want)
			}
		})
	}
}

// built is a component that assembles an image, with the given lines in it.
func built(lines string) string {
	return `build: [{name: "a.io/b:1", from: "a.io/c:1", ` + lines + "}]\n" +
		`images: [{name: "a.io/b:1", found: rendered}]`
}

func TestValidateIdentity(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("name: demo", "name: Demo", "foundation", "misc", `"1.0"`, `"1 0"`, "namespace: demo", "namespace: a/b").Replace(minimal)
	got := strings.Join(problems(t, map[string]string{"demo": text}), "\n")
	for _, want := range []string{
		`demo/component.yaml:1:1: "Demo" must be lower case`,
		`demo/component.yaml:1:1: name is "Demo" but the folder is "demo"`,
		`demo/component.yaml:3:1: group "misc" is none of foundation, operations,`,
		`demo/component.yaml:5:1: version "1 0" must be one word`,
		`demo/component.yaml:9:1: "a/b" must be lower case`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, got)
		}
	}
}

func TestValidateAccepts(t *testing.T) {
	t.Parallel()
	load(t, map[string]string{"demo/tool": "x", "demo": minimal + `
kubernetes: ">=1.30 <1.40"
install:
  charts:
    - {release: a, repository: "oci://a.io/charts", chart: a, version: v1.2.3-rc.1, sha256: ` + sum + `}
    - {release: a, repository: "oci://a.io/charts", chart: a, version: 1.2.3+build.5, namespace: other}
  hostFiles:
    - {url: "https://a.io/b.tar.gz", member: c, dest: bin/c, platform: linux/amd64}
    - {url: "https://a.io/b.zip", member: d/c, dest: bin/c, platform: linux/arm64}
`})
}
