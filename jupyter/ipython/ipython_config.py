"""IPython in the course's environment: %check, %hint and %solution without %load_ext."""

c = get_config()

c.InteractiveShellApp.extensions.append("mlprep.magic")
