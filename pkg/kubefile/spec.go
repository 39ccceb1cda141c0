package kubefile

import (
	"maps"
	"slices"

	"github.com/opc-source/opc-image/pkg/typo"
)

// grammar says how the text behind a keyword is read.
type grammar uint8

const (
	wordsOrJSON grammar = iota // words, or a JSON array of them
	wordsOnly
	textOrJSON // shell text, or a JSON array
	textOnly
	pairs     // name=value words, or one name and value
	names     // name or name=value words
	nameJSON  // a word and a JSON array
	namePairs // a word and name=value words, or a JSON array of them
)

// spec describes one instruction.
type spec struct {
	grammar grammar
	flags   []string // the flags it takes
	rawDash bool     // a leading "--" is text, not a flag
	strict  bool     // a leading "[" can only be JSON
	min     int      // least number of arguments
	usage   string   // for hints
}

var specs = map[string]spec{
	"FROM":        {wordsOnly, []string{"platform"}, false, false, 1, "FROM [--platform=OS/ARCH] IMAGE"},
	"ARG":         {names, nil, false, false, 1, "ARG NAME[=DEFAULT]"},
	"ENV":         {pairs, nil, false, false, 1, "ENV NAME=VALUE"},
	"LABEL":       {pairs, nil, false, false, 1, "LABEL NAME=VALUE"},
	"MAINTAINER":  {textOnly, nil, true, false, 1, "MAINTAINER NAME"},
	"COPY":        {wordsOrJSON, []string{"chown", "chmod", "from"}, false, false, 2, "COPY [--chown=UID:GID] [--chmod=MODE] SOURCE DESTINATION"},
	"ADD":         {wordsOrJSON, []string{"chown", "chmod", "checksum"}, false, false, 2, "ADD [--chown=UID:GID] [--chmod=MODE] [--checksum=sha256:…] SOURCE DESTINATION"},
	"RUN":         {textOrJSON, []string{"network"}, false, false, 1, "RUN COMMAND"},
	"APP":         {wordsOrJSON, nil, false, true, 2, appUsage},
	"CNI":         {wordsOrJSON, nil, false, true, 2, "CNI NAME local://PATH"},
	"CSI":         {wordsOrJSON, nil, false, true, 2, "CSI NAME local://PATH"},
	"APPCMDS":     {nameJSON, nil, false, true, 1, `APPCMDS APP ["COMMAND"]`},
	"APPENV":      {namePairs, nil, false, true, 2, "APPENV APP NAME=VALUE"},
	"KUBEVERSION": {textOnly, nil, true, false, 1, "KUBEVERSION VERSION"},
	"LAUNCH":      {wordsOrJSON, nil, false, true, 0, `LAUNCH ["APP"]`},
	"CMDS":        {wordsOrJSON, nil, false, true, 0, `CMDS ["COMMAND"]`},
	"CMD":         {textOrJSON, nil, true, false, 0, "CMD COMMAND"},
}

const appUsage = "APP NAME local://PATH, or an http://, https://, component://, helm:// or oci:// source"

// Keywords are the instructions of the language, sorted.
func Keywords() []string { return slices.Sorted(maps.Keys(specs)) }

// unknownHint says what to write instead of an instruction that does not exist.
func unknownHint(keyword string) string {
	switch keyword {
	case "ENTRYPOINT", "HEALTHCHECK", "EXPOSE", "STOPSIGNAL", "USER", "VOLUME", "SHELL", "ONBUILD", "WORKDIR":
		return "it is for container images; a cluster image is files and apps"
	}
	return typo.Hint(keyword, Keywords(), "the instructions are ")
}
