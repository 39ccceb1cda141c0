// Package compose puts a cluster image together on paper: from a Kubefile, a
// catalog of components and a build context it makes a Plan. A plan names every
// file and everything that has to be fetched, by tag and version where that is
// how people name things. No network is asked; that comes with the lock.
package compose

import (
	"cmp"
	"io/fs"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Plan is what a cluster image will hold.
type Plan struct {
	// Name of what is composed: a profile, a component, or the Kubefile's
	// directory.
	Name string `json:"name"`
	// LockName stands for Name in the lock and the checksum where Name may be
	// another one on another machine, as that of a directory is.
	LockName string `json:"-"`
	// Type tells sealer whether the image makes a cluster or is launched on one.
	Type sealer.ImageType `json:"type"`
	// KubeVersion is the Kubernetes version charts are rendered for.
	KubeVersion string `json:"kubeVersion"`
	// Platforms to build for, such as linux/amd64, sorted.
	Platforms []string `json:"platforms"`
	// Base is the cluster image to build on; empty for scratch.
	Base string `json:"base,omitempty"`
	Metadata
	// MetadataFor is what stands in place of Metadata where platforms differ.
	MetadataFor map[string]Metadata `json:"metadataFor,omitempty"`
	Author      string              `json:"author,omitempty"`
	// SupportedKube is the range of a KUBEVERSION line.
	SupportedKube string `json:"supportedKube,omitempty"`
	// Apps in the order of the Kubefile; CNI and CSI name those that are
	// network and storage plugins.
	Apps []sealer.Application `json:"apps,omitempty"`
	CNI  []string             `json:"cni,omitempty"`
	CSI  []string             `json:"csi,omitempty"`
	// Launch is what sealer starts once the cluster is up.
	Launch sealer.Launch `json:"launch"`
	// Files of the root file system, in the order they are put there: a later
	// one replaces an earlier one of the same name.
	Files []File `json:"files,omitempty"`
	// Runs are the RUN instructions. Run i comes after the files of phase i and
	// before those of phase i+1.
	Runs []Run `json:"runs,omitempty"`
	// Downloads are the charts, manifests and files to fetch.
	Downloads []Download `json:"downloads,omitempty"`
	// Builds are the container images to assemble.
	Builds []Build `json:"builds,omitempty"`
	// Components in the order of the Kubefile.
	Components []*catalog.Component `json:"-"`
	// Warnings are findings that do not stop the build.
	Warnings []string `json:"-"`
}

// NameInLock is what the lock calls the plan.
func (p *Plan) NameInLock() string { return cmp.Or(p.LockName, p.Name) }

// Metadata is what ENV and LABEL say of an image.
type Metadata struct {
	// Env holds NAME=value pairs in the order of the Kubefile.
	Env    []string          `json:"env,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
}

// On is the metadata of the image for a platform.
func (p *Plan) On(platform string) Metadata {
	if m, ok := p.MetadataFor[platform]; ok {
		return m
	}
	return p.Metadata
}

// File is one entry of the root file system.
type File struct {
	// Name relative to the root, with slashes.
	Name string `json:"name"`
	// Mode holds type and permission: a regular file, a directory or a symlink.
	Mode fs.FileMode `json:"mode"`
	Link string      `json:"link,omitempty"`
	UID  int         `json:"uid,omitempty"`
	GID  int         `json:"gid,omitempty"`
	// Owner is the component that the file belongs to; empty for the Kubefile's
	// own. Files of one owner share layers.
	Owner string `json:"owner,omitempty"`
	// Platform limits the file to one platform.
	Platform string `json:"platform,omitempty"`
	// Phase counts the RUN instructions before it.
	Phase   int     `json:"phase,omitempty"`
	Content Content `json:"content"`
}

// Content is where the bytes of a regular file are.
type Content struct {
	// Data is the content itself, or
	Data []byte `json:"data,omitempty"`
	// Local is a file on this machine, or
	Local string `json:"-"`
	// Source is something that is downloaded.
	Source string `json:"source,omitempty"`
	// Member is the file wanted from Local or Source when that is an archive.
	Member string `json:"member,omitempty"`
	// Edits are made in the text that was downloaded.
	Edits []catalog.Edit `json:"edits,omitempty"`
	// Digest and Size of Local's (or its Member's) content.
	Digest digest.Digest `json:"digest,omitempty"`
	Size   int64         `json:"size,omitempty"`
}

// Run is a RUN instruction.
type Run struct {
	// Command with its arguments.
	Command []string `json:"command"`
	// Env it runs with; EnvFor by platform, where platforms differ.
	Env    []string            `json:"env,omitempty"`
	EnvFor map[string][]string `json:"envFor,omitempty"`
	// Network is "none", "host" or "default".
	Network string `json:"network,omitempty"`
	// Position is the file:line:column of the instruction.
	Position string `json:"-"`
}

// On is the instruction as it runs for a platform.
func (r Run) On(platform string) Run {
	if env, ok := r.EnvFor[platform]; ok {
		r.Env = env
	}
	r.EnvFor = nil
	return r
}

// Build is a container image to assemble from a base image and files.
type Build struct {
	catalog.Build
	Owner string `json:"owner"` // component
	// Contents are the files above the base, by their name in the container.
	Contents []File `json:"contents"`
}

// AllFiles are the files of the root file system and of the container images
// to assemble.
func (p *Plan) AllFiles() []*File {
	var list []*File
	for i := range p.Files {
		list = append(list, &p.Files[i])
	}
	for i := range p.Builds {
		for j := range p.Builds[i].Contents {
			list = append(list, &p.Builds[i].Contents[j])
		}
	}
	return list
}
