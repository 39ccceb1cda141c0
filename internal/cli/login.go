package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/opc-source/opc-image/pkg/opc"
)

func (a *app) login() *cobra.Command {
	var user string
	var fromStdin bool
	cmd := &cobra.Command{
		Use:   "login REGISTRY",
		Short: "Check credentials with a registry and keep them where docker does",
		Args:  cobra.ExactArgs(1),
		RunE: a.on(func(ctx context.Context, c *opc.Client, args []string) error {
			in := bufio.NewReader(a.in)
			if user == "" {
				var err error
				if user, err = a.ask(in, "Username: "); err != nil {
					return err
				}
			}
			password, err := a.password(in, fromStdin)
			if err != nil {
				return err
			}
			if err := c.Login(ctx, args[0], user, password); err != nil {
				return err
			}
			a.progress.Log("Logged in to " + args[0])
			return nil
		}),
	}
	cmd.Flags().StringVarP(&user, "username", "u", "", "user name (default: asked for)")
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return cmd
}

func (a *app) ask(in *bufio.Reader, prompt string) (string, error) {
	fmt.Fprint(a.err, prompt)
	line, err := in.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", inputError{errors.Join(errors.New("nothing was entered"), err)}
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
		return "", inputError{errors.Join(errors.New("standard input holds no password"), err)}
	}
	return line, nil
}

func (a *app) logout() *cobra.Command {
	return &cobra.Command{
		Use:   "logout REGISTRY",
		Short: "Forget the credentials of a registry",
		Args:  cobra.ExactArgs(1),
		RunE: a.on(func(ctx context.Context, c *opc.Client, args []string) error {
			if err := c.Logout(ctx, args[0]); err != nil {
				return err
			}
			a.progress.Log("Logged out of " + args[0])
			return nil
		}),
	}
}
