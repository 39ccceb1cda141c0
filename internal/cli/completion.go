package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/store"
)

// shells are those that completion writes for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write the script that completes commands, flags and names in a shell",
		Long: `Completion writes a script for SHELL: bash, zsh, fish or powershell. With it the
shell completes commands and flags, and the names of images in the store, of
profiles and of components.`,
		Example: `  source <(opc-image completion bash)
  opc-image completion zsh > "${fpath[1]}/_opc-image"
  opc-image completion fish > ~/.config/fish/completions/opc-image.fish`,
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			return inputError{fmt.Errorf("%q is none of %s", args[0], strings.Join(shells, ", "))}
		},
	}
}

// complete tells shells which names may stand in the arguments of commands.
func (a *app) complete(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "build", "rehearse", "compose", "lock", "doctor":
			cmd.ValidArgsFunction = suggest(a.targets, cobra.ShellCompDirectiveDefault)
		case "push", "save", "serve", "inspect", "tree", "verify", "tag", "rmi":
			cmd.ValidArgsFunction = suggest(a.stored, cobra.ShellCompDirectiveNoFileComp)
		case "images":
			both := func() []string { return append(a.stored(), a.targets()...) }
			cmd.ValidArgsFunction = suggest(both, cobra.ShellCompDirectiveDefault)
		case "catalog":
			for _, sub := range cmd.Commands() {
				sub.ValidArgsFunction = suggest(a.components, cobra.ShellCompDirectiveNoFileComp)
			}
		}
	}
}

// suggest makes the completion of an argument from a list of names.
func suggest(names func() []string, directive cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if cmd.Args(cmd, append(args, prefix)) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp // there is no further argument
		}
		list := slices.DeleteFunc(names(), func(name string) bool { return !strings.HasPrefix(name, prefix) })
		return list, directive
	}
}

// completeFlag lets a flag be completed to one of a few values.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	// It fails only for a flag that is not there, which a test would tell.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// targets are the profiles and components that can be built.
func (a *app) targets() []string { return append(opc.Profiles(), a.components()...) }

// components are those of the catalog; none when it cannot be read.
func (a *app) components() []string {
	all, err := a.readCatalog()
	if err != nil {
		return nil
	}
	return all.Names()
}

// stored are the names of the images in the store, as they may be written: a
// local name without its registry. There are none when there is no store.
func (a *app) stored() []string {
	dir, err := a.global.storeDir()
	if err != nil {
		return nil
	}
	s, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer s.Close()
	list, err := s.Images(context.Background())
	if err != nil {
		return nil
	}
	var names []string
	for _, image := range list {
		names = append(names, strings.TrimPrefix(image.Name, reference.LocalDomain+"/"))
	}
	return names
}
