/* The plugins of the course: one for each face, a module with a function `plugin(libraries)`. */

const FACES = ['./check.js', './home.js', './mock.js', './start.js'];
const LIBRARIES = {
  application: '@jupyterlab/application',
  apputils: '@jupyterlab/apputils',
  coreutils: '@jupyterlab/coreutils',
  launcher: '@jupyterlab/launcher',
  mainmenu: '@jupyterlab/mainmenu',
  notebook: '@jupyterlab/notebook',
  rendermime: '@jupyterlab/rendermime',
  services: '@jupyterlab/services',
  ui: '@jupyterlab/ui-components',
  widgets: '@lumino/widgets'
};

/** All plugins; `library` gives one of JupyterLab's libraries by its name. */
export async function plugins(library) {
  const loaded = Object.entries(LIBRARIES).map(async ([short, name]) => [short, await library(name)]);
  const libraries = Object.fromEntries(await Promise.all(loaded));
  const found = [];
  for (const face of FACES) {
    try {
      const { plugin } = await import(face);
      found.push(guarded(plugin(libraries)));
    } catch (error) {
      console.error(`mlprep: ${face} was left out`, error);
    }
  }
  return found;
}

/** The plugin, in which a failing start is said and goes no further. */
function guarded(plugin) {
  const activate = (...given) => {
    try {
      return plugin.activate(...given);
    } catch (error) {
      console.error(`mlprep: ${plugin.id} did not start`, error);
      return undefined;
    }
  };
  return { ...plugin, activate };
}
