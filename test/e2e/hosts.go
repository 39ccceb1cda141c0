package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

const hostUsage = `usage: e2e host [-cache DIR] [-site NAME] [-mirror URL] COMMAND

  up NAME IP           make a host (10.88.0.2 to 10.88.0.254) and boot it, or boot the one that is there
  sh NAME [COMMAND…]   a shell on it, or one command; standard input is passed on
  cp NAME FILE PATH    copy a file of this machine to it (not below /run and /tmp)
  off NAME | cut NAME  shut it down, or take its power away; "up NAME" boots it again
  ls                   list the hosts
  down [NAME…]         remove them; without names all of them, and their network`

// hostCommand is for people who want hosts to try things on.
func hostCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("e2e host", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprintln(os.Stderr, hostUsage) }
	cache := flags.String("cache", cacheDir(), "")
	name := flags.String("site", "hand", "")
	mirror := flags.String("mirror", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if args = flags.Args(); len(args) == 0 {
		flags.Usage()
		return flag.ErrHelp
	}
	site, err := host.Open(filepath.Join(*cache, "sites"), *name)
	if err != nil {
		return err
	}
	switch verb, args := args[0], args[1:]; {
	case verb == "ls" && len(args) == 0:
		for _, h := range site.Hosts() {
			fmt.Printf("%-12s %-15s running=%t %s\n", h.Name, h.IP, h.Running(), h.Root())
		}
		return nil
	case verb == "up" && len(args) > 0:
		return hostUp(ctx, site, *cache, *mirror, args)
	case verb == "down" && len(args) == 0:
		return site.Close()
	case verb == "down":
		return each(site, args, site.Remove)
	case verb == "off" && len(args) > 0:
		return each(site, args, (*host.Host).PowerOff)
	case verb == "cut" && len(args) > 0:
		return each(site, args, (*host.Host).Cut)
	case verb == "sh" && len(args) > 0:
		return hostShell(ctx, site, args[0], args[1:])
	case verb == "cp" && len(args) == 3:
		return hostCopy(ctx, site, args[0], args[1], args[2])
	}
	flags.Usage()
	return errors.New("that is not one of its commands: " + strings.Join(args, " "))
}

func hostUp(ctx context.Context, site *host.Site, cache, mirror string, args []string) error {
	h, err := site.Host(args[0])
	if err != nil {
		if len(args) != 2 {
			return fmt.Errorf("%w yet: give its address, such as 10.88.0.11", err)
		}
		template, err := host.Template(ctx, filepath.Join(cache, "templates"), mirror)
		if err != nil {
			return err
		}
		if h, err = site.Add(ctx, template, args[0], args[1]); err != nil {
			return err
		}
	}
	if err := h.Boot(ctx); err != nil {
		return err
	}
	fmt.Printf("%s is up: %s, its files are in %s\n", h.Name, h.IP, h.Root())
	return nil
}

func hostShell(ctx context.Context, site *host.Site, name string, command []string) error {
	h, err := site.Host(name)
	if err != nil {
		return err
	}
	if len(command) == 0 {
		command = []string{"bash", "-l"}
	}
	cmd := h.Command(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

func hostCopy(ctx context.Context, site *host.Site, name, file, to string) error {
	h, err := site.Host(name)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "cp", "-a", "--reflink=auto", file, filepath.Join(h.Root(), to)).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// each does something to hosts by their names.
func each(site *host.Site, names []string, do func(*host.Host) error) error {
	for _, name := range names {
		h, err := site.Host(name)
		if err != nil {
			return err
		}
		if err := do(h); err != nil {
			return err
		}
	}
	return nil
}
