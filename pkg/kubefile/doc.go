// Package kubefile reads sealer's Kubefile language: a lexer and parser that
// keep positions and comments, a formatter, lint rules, and an evaluator that
// turns a file, build arguments and a platform into typed steps.
//
// The language is sealer's superset of the Dockerfile: FROM, ARG, ENV, LABEL,
// MAINTAINER, COPY, ADD and RUN as docker knows them, and APP, APPCMDS, APPENV,
// CNI, CSI, KUBEVERSION, LAUNCH, CMDS and CMD as sealer's build/kubefile/parser
// knows them. Lines, comments, continuations, parser directives, quotes and
// variables follow the Dockerfile reference.
//
//	file, err := kubefile.Parse("Kubefile", r, kubefile.Limits{})
//	script, err := kubefile.Expand(file, kubefile.ExpandOptions{Platform: "linux/arm64"})
//	for _, step := range script.Steps { … }
//
// Errors of a file come all at once, as Problems: each says where, what and how
// to mend it.
//
// # APP sources
//
// Sealer's own are local://PATH, relative to the build context, and http:// and
// https:// downloads. This package adds
//
//	component://NAME                          a component of the catalog
//	helm://HOST[:PORT]/PATH/CHART[@VERSION]   a chart of the chart repository https://HOST/PATH
//	helm+http://…                             the same over plain HTTP
//	oci://REGISTRY/PATH/CHART[:VERSION]       a chart in a registry; also CHART@sha256:…
//
// and, for FROM, profile://NAME: another profile as the base.
//
// # Where it differs from sealer
//
// Every file that sealer builds means the same here, except that sealer's slips
// are not repeated:
//   - COPY takes several sources and its flags; sealer keeps only the first
//     source, takes the second for the destination, and drops flags.
//   - What ADD unpacks has the owners and modes of the archive, as in docker and
//     sealer. ADD --chown gives it another owner, as in docker; sealer drops that.
//   - A word that begins with # and stands behind enough arguments of FROM, COPY,
//     ADD, APP, CNI, CSI or LAUNCH begins a comment. Sealer's manual writes such
//     comments; sealer itself drops them from COPY only, and docker nowhere.
//   - Variables work in COPY, ADD, APP, CNI, CSI, KUBEVERSION, LAUNCH and the
//     values of APPENV alike. Sealer knows only $ARCH, and only in a COPY source.
//     ARCH and docker's platform arguments (TARGETARCH and the like) need no ARG.
//   - Quotes in ENV and APPENV values are quotes. Sealer keeps them as characters
//     in the environment it stores, and splits values at blanks within quotes.
//     "ENV KEY VALUE" sets a variable; sealer does not store it.
//   - Keywords may be in lower case everywhere; sealer needs APPCMDS, CMD and ENV
//     in capitals.
//   - CMD ["a", "b"] is two commands, as it was for the sealer of the public
//     application collection; today's sealer would run the brackets.
//   - CMDS without a JSON array is an error; sealer makes each word a command.
//   - Text after a JSON array is an error; sealer drops it.
//   - A second APP of one name is an error; sealer mixes their files.
//   - More than one FROM, COPY --from and here-documents are errors: a cluster
//     image has no build stages, and sealer reads no here-documents.
//   - # syntax= does not hide a following # escape=, as in docker.
package kubefile
