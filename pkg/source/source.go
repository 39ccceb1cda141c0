package source

import (
	"sync"

	"github.com/opc-source/opc-image/pkg/chart/repo"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Source gets content through a client into a store. It may be used by many
// goroutines.
type Source struct {
	client *remote.Client
	store  Store

	mu      sync.Mutex
	indexes map[string]*repo.Index // of chart repositories, by address
}

// New makes a Source.
func New(client *remote.Client, to Store) *Source {
	return &Source{client: client, store: to, indexes: map[string]*repo.Index{}}
}
