package kubefile_test

import (
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
)

func Example() {
	file, err := kubefile.Parse("Kubefile", strings.NewReader(`
FROM scratch
ARG NAME=web
COPY ${ARCH}/bin bin
APP $NAME local://web helm://charts.example.com/stable/redis@1.2.3
LAUNCH ["web"]
`), kubefile.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := kubefile.Expand(file, kubefile.ExpandOptions{Platform: "linux/arm64"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range script.Steps {
		switch step := step.(type) {
		case kubefile.Copy:
			fmt.Println(step.At(), "copy", step.Sources[0].Text, "to", step.Dest.Path)
		case kubefile.App:
			fmt.Println(step.At(), "app", step.Name.Text, "with chart", step.Sources[1].Chart.Name)
		case kubefile.Launch:
			fmt.Println(step.At(), "launch", step.Apps[0].Text)
		}
	}
	// Output:
	// Kubefile:4:1 copy arm64/bin to bin
	// Kubefile:5:1 app web with chart redis
	// Kubefile:6:1 launch web
}

func ExampleLint() {
	file, err := kubefile.Parse("Kubefile", strings.NewReader("FROM kubernetes\nCMD kubectl get nodes\n"), kubefile.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, problem := range kubefile.Lint(file, kubefile.LintOptions{}) {
		fmt.Println(problem.Severity, problem.Rule, problem)
	}
	// Output:
	// warning from-tag Kubefile:1:6: the base image kubernetes is whatever is newest; name a version
	// warning cmd-deprecated Kubefile:2:1: CMD is deprecated; write CMDS ["…"] at the end of the file
}
