/* What is opened when JupyterLab starts: a command that the mode's settings name.
 *
 * jupyter/<mode>/labconfig/page_config.json says it: {"mlprepOpen": "nbgrader:open-formgrader"}.
 * The command is told that it is not the reader who asked ({atStart: true}).
 */

export function plugin({ coreutils }) {
  return {
    id: 'mlprep:start',
    description: 'Opens what the mode starts with',
    autoStart: true,
    activate: app => {
      const command = coreutils.PageConfig.getOption('mlprepOpen');
      if (command && app.name === 'JupyterLab') {
        // Not awaited: JupyterLab is restored only after every plugin has started.
        app.restored
          .then(() => app.commands.execute(command, { atStart: true }))
          .catch(error => console.error(`mlprep: ${command} could not be opened`, error));
      }
    }
  };
}
