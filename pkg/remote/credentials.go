package remote

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

// keys finds the credentials of a host: those of the configuration, or else
// those of docker's config.json and the helpers it names.
type keys struct {
	hosts  map[string]Host
	getenv func(string) string
	path   string // of config.json; empty: where docker has it

	once  sync.Once
	store *credentials.DynamicStore
	err   error
}

// docker opens docker's configuration when first needed. A missing file is an
// empty one.
func (k *keys) docker() (*credentials.DynamicStore, error) {
	k.once.Do(func() {
		opts := credentials.StoreOptions{AllowPlaintextPut: true}
		if k.path == "" {
			k.store, k.err = credentials.NewStoreFromDocker(opts)
			return
		}
		k.store, k.err = credentials.NewStore(filepath.Clean(k.path), opts)
	})
	return k.store, k.err
}

// configured returns what the configuration says about a host.
func (k *keys) configured(host string) (auth.Credential, bool, error) {
	h := k.hosts[host]
	if h.User == "" {
		return auth.EmptyCredential, false, nil
	}
	password := k.getenv(h.PasswordEnv)
	if password == "" {
		return auth.EmptyCredential, false, &LocalError{fmt.Errorf("environment variable %s, the password for %s, is empty", h.PasswordEnv, host)}
	}
	return auth.Credential{Username: h.User, Password: password}, true, nil
}

// find is an auth.CredentialFunc.
func (k *keys) find(ctx context.Context, host string) (auth.Credential, error) {
	cred, ok, err := k.configured(host)
	if ok || err != nil {
		return cred, err
	}
	store, err := k.docker()
	if err != nil {
		return auth.EmptyCredential, &LocalError{fmt.Errorf("docker's credentials: %w", err)}
	}
	cred, err = store.Get(ctx, credentials.ServerAddressFromHostname(host))
	if err != nil {
		return auth.EmptyCredential, &LocalError{fmt.Errorf("credentials for %s: %w", host, err)}
	}
	return cred, nil
}
