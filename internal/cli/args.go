package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// checkArgs lets a command and those below it take the arguments that their
// usage lines name: NAME is needed, [NAME] may be left out, and what ends in …
// may be repeated. Anything else is an input error.
func checkArgs(cmd *cobra.Command) {
	cmd.Args = takesUsage
	if cmd.HasSubCommands() {
		cmd.Args = takesCommand
	}
	for _, sub := range cmd.Commands() {
		checkArgs(sub)
	}
}

// takesUsage checks the number of arguments.
func takesUsage(cmd *cobra.Command, args []string) error {
	_, usage, _ := strings.Cut(cmd.Use, " ")
	least, most := 0, 0
	for _, word := range strings.Fields(usage) {
		repeated := strings.HasSuffix(strings.TrimSuffix(word, "]"), "…")
		if least == len(args) && word[0] != '[' {
			return usageError(cmd, "%s is missing", strings.TrimSuffix(word, "…"))
		}
		if word[0] != '[' {
			least++
		}
		if most++; repeated {
			return nil
		}
	}
	switch {
	case len(args) <= most:
		return nil
	case most == 0:
		return usageError(cmd, "it takes no arguments, and got %q", args[0])
	}
	return usageError(cmd, "%q is one argument too many", args[most])
}

// takesCommand is the check of a command that only has others below it.
func takesCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("\"%s --help\" lists the commands", cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if names := cmd.SuggestionsFor(args[0]); len(names) > 0 {
		hint = "did you mean " + strings.Join(names, " or ") + "?"
	}
	return inputError{fmt.Errorf("unknown command %q for %q; %s", args[0], cmd.CommandPath(), hint)}
}

// usageError is an input error that shows the usage line.
func usageError(cmd *cobra.Command, format string, args ...any) error {
	return inputError{fmt.Errorf("%s: %s\nUsage: %s", cmd.CommandPath(), fmt.Sprintf(format, args...), cmd.UseLine())}
}
