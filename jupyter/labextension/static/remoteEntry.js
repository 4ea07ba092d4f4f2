/* The course in JupyterLab and Notebook 7, written by hand: no node, no bundler.
 *
 * JupyterLab loads this file and asks the object below for the plugins (webpack's module
 * federation: init hands over the libraries that JupyterLab shares, get gives a module). It only
 * passes on to main.js, which the course's server gives (src/mlprep/lab/static/): browsers keep
 * this file for a year, and look for newer ones of those at each start.
 *
 * Whatever fails is said in the console and left out: JupyterLab would else show an empty page.
 */
(() => {
  let shared = {};

  /** One of JupyterLab's own libraries. */
  async function library(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  async function plugins() {
    try {
      const { PageConfig } = await library('@jupyterlab/coreutils');
      const main = await import(`${PageConfig.getBaseUrl()}mlprep/static/main.js`);
      return await main.plugins(library);
    } catch (error) {
      console.error('mlprep: the extension was left out', error);
      return [];
    }
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.mlprep = {
    init: scope => {
      shared = scope;
    },
    get: async () => {
      const found = await plugins();
      return () => ({ __esModule: true, default: found });
    }
  };
})();
