package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/opc-source/opc-image/pkg/remote"
)

func (a *app) login() *cobra.Command {
	var user, given string
	var fromStdin bool
	cmd := &cobra.Command{
		Use:   "login REGISTRY",
		Short: "Check credentials with a registry and keep them where docker does",
		RunE: func(cmd *cobra.Command, args []string) error {
			in := bufio.NewReader(a.in)
			if user == "" {
				var err error
				if user, err = a.ask(in, "Username: "); err != nil {
					return err
				}
			}
			password := given
			if given == "" {
				var err error
				if password, err = a.password(in, fromStdin); err != nil {
					return err
				}
			}
			c, err := a.registries()
			if err != nil {
				return err
			}
			defer c.Close()
			if err := c.Login(cmd.Context(), args[0], user, password); err != nil {
				return err
			}
			a.progress.Log("Logged in to " + args[0])
			return nil
		},
	}
	cmd.Flags().StringVarP(&user, "username", "u", "", "`NAME` of the user (default: asked for)")
	cmd.Flags().StringVarP(&given, "password", "p", "", "`PASSWORD`; other users of the machine may see it, --password-stdin hides it")
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return cmd
}

// registries talks to registries, without a store.
func (a *app) registries() (*remote.Client, error) {
	options, err := a.network()
	if err != nil {
		return nil, err
	}
	a.startProgress()
	c, err := remote.New(options)
	if err != nil {
		return nil, inputError{err}
	}
	return c, nil
}

func (a *app) ask(in *bufio.Reader, prompt string) (string, error) {
	fmt.Fprint(a.err, prompt)
	line, err := in.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", inputError{noInput("nothing was entered", err)}
	}
	return line, nil
}

func (a *app) password(in *bufio.Reader, fromStdin bool) (string, error) {
	if f, ok := a.in.(*os.File); ok && !fromStdin && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(a.err, "Password: ")
		password, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.err)
		return string(password), err
	}
	if !fromStdin {
		return "", inputError{errors.New("there is no terminal to ask for the password; use --password-stdin")}
	}
	line, err := in.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", inputError{noInput("standard input holds no password", err)}
	}
	return line, nil
}

// noInput is the error of an empty answer; the end of the input is no news.
func noInput(what string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return errors.New(what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (a *app) logout() *cobra.Command {
	return &cobra.Command{
		Use:   "logout REGISTRY",
		Short: "Forget the credentials of a registry",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.registries()
			if err != nil {
				return err
			}
			defer c.Close()
			was, err := c.Logout(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if was {
				a.progress.Log("Logged out of " + args[0])
			} else {
				a.progress.Log("Not logged in to " + args[0])
			}
			return nil
		},
	}
}
