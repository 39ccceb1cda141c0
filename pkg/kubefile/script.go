package kubefile

// Apps are the apps of APP, CNI and CSI in the order of the file.
func (s *Script) Apps() []App {
	var apps []App
	for _, step := range s.Steps {
		if app, ok := step.(App); ok {
			apps = append(apps, app)
		}
	}
	return apps
}

// Commands are those of CMDS and CMD in the order of the file: what sealer runs
// when the cluster is up if there is no LAUNCH.
func (s *Script) Commands() []Word {
	var commands []Word
	for _, step := range s.Steps {
		switch step := step.(type) {
		case Cmds:
			commands = append(commands, step.Commands...)
		case Cmd:
			commands = append(commands, step.Commands...)
		}
	}
	return commands
}

// LaunchApps are the apps that LAUNCH names, in its order.
func (s *Script) LaunchApps() []Word {
	for _, step := range s.Steps {
		if launch, ok := step.(Launch); ok {
			return launch.Apps
		}
	}
	return nil
}
