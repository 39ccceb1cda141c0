package kubefile

func errorRules() []Rule {
	return []Rule{{
		ID: "app-duplicate", Title: "two apps have one name",
		Doc:   "APP, CNI and CSI share one name space: the name is the app's directory. Sealer would mix the files of both and launch only the later one. Rename one of them, or give one APP all the sources.",
		Check: checkAppDuplicate,
	}, {
		ID: "app-needs-cmds", Title: "nobody knows how to launch the app", Context: true, Across: true,
		Doc:   "Sealer launches a chart with helm, a set of .yaml and .yml files with kubectl, and a set of .sh files with bash. An app of anything else, or of a mixture, needs APPCMDS with the commands that launch it.",
		Check: checkAppNeedsCmds,
	}, {
		ID: "app-unknown", Title: "an app is named that does not exist", Across: true,
		Doc:   "APPCMDS, APPENV and LAUNCH name apps that an APP, CNI or CSI above them declares, or that the base image brings.",
		Check: checkAppUnknown,
	}, {
		ID: "context-outside", Title: "a path leads out of the build context",
		Doc:   "COPY, ADD and local:// read files of the build context and no others, so that the image is the same on every machine. Move the file into the context, or build in a directory above.",
		Check: checkContextOutside,
	}, {
		ID: "context-missing", Title: "a source matches no file", Context: true,
		Doc:   "Each source of COPY and ADD and each local:// path has to match a file of the build context that .dockerignore does not exclude.",
		Check: checkContextMissing,
	}, {
		ID: "from-once", Title: "FROM has to come first, and once", Across: true,
		Doc:   "A cluster image has one base. Only ARG may stand before FROM, as its arguments may be used in the name of the base.",
		Check: checkFromOnce,
	}, {
		ID: "launch-conflict", Title: "CMD does not go with LAUNCH",
		Doc:   "Sealer runs either the apps of LAUNCH or the commands of CMD. Turn the commands into APPCMDS of an app.",
		Check: checkLaunchConflict,
	}, {
		ID: "launch-last", Title: "LAUNCH or CMDS has to come last, and once",
		Doc:   "There is one list of what starts with the cluster, at the end of the file: either LAUNCH or CMDS.",
		Check: checkLaunchLast,
	}}
}

func warningRules() []Rule {
	rules := []Rule{{
		ID: "add-checksum", Title: "a download is not checked",
		Doc:   "What a URL serves can change. With ADD --checksum=sha256:… the build fails when it does.",
		Check: checkAddChecksum,
	}, {
		ID: "appcmds-replaced", Title: "an app has APPCMDS twice",
		Doc:   "The last APPCMDS of an app counts, the others do nothing.",
		Check: checkAppCmdsReplaced,
	}, {
		ID: "chart-version", Title: "a chart has no version",
		Doc:   "Without a version, the newest release at the time of locking is taken. Name one, so that the file says what is in the image.",
		Check: checkChartVersion,
	}, {
		ID: "cmd-deprecated", Title: "CMD is deprecated",
		Doc:   "Sealer is to drop CMD. Write its commands as one CMDS [\"…\"] at the end of the file, or make apps of them and LAUNCH those.",
		Check: checkCmdDeprecated,
	}, {
		ID: "env-legacy", Title: "ENV or LABEL without =",
		Doc:   "\"ENV NAME VALUE\" is the form of old. Sealer does not store such a variable for the cluster. Write NAME=VALUE.",
		Check: checkEnvLegacy,
	}, {
		ID: "from-tag", Title: "the base image is not pinned",
		Doc:   "Without a tag, or with latest, the base is another one tomorrow. Name a version, or a digest.",
		Check: checkFromTag,
	}, {
		ID: "inline-comment", Title: "a comment behind an instruction",
		Doc:   "A # starts a comment only as the first character of a line. Behind the arguments of FROM, COPY, ADD, APP and LAUNCH it is taken for a comment here, and for further arguments elsewhere.",
		Check: checkInlineComment,
	}, {
		ID: "json-lookalike", Title: "looks like a JSON array and is not",
		Doc:   "Arguments that begin with [\" or [' and are not valid JSON are read as plain words, or as shell text. JSON strings stand in double quotes, with commas between them.",
		Check: checkJSONLookalike,
	}, {
		ID: "maintainer-deprecated", Title: "MAINTAINER is deprecated",
		Doc:   "Write LABEL org.opencontainers.image.authors=\"…\", which tools can read.",
		Check: checkMaintainerDeprecated,
	}, {
		ID: "variable-undefined", Title: "a variable has no value", Across: true,
		Doc:   "A variable that no ENV and no ARG sets is replaced by nothing. Declare it with ARG, or write \\$ for a dollar sign.",
		Check: checkVariableUndefined,
	}}
	for i := range rules {
		rules[i].Severity = Warning
	}
	return rules
}
