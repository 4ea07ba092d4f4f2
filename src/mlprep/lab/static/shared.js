/* What the faces share: elements without HTML strings, and requests to the course's server. */

/** An element; text among the children stays text. Attributes that are null or false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== false && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

/** Put a style sheet of this folder into the page, once. */
export function useStyle(name) {
  const href = new URL(name, import.meta.url).href;
  if (![...document.styleSheets].some(sheet => sheet.href === href)) {
    document.head.append(h('link', { rel: 'stylesheet', href }));
  }
}

/** Bring a notebook's cell into view: the one with this grade_id, or the heading above it. */
export function showCell(app, notebook, name, withHeading = false) {
  const { content } = notebook;
  const cells = content.widgets.map(widget => widget.model);
  let index = cells.findIndex(cell => cell.getMetadata('nbgrader')?.grade_id === name);
  const isHeading = cell => cell.type === 'markdown' && /^#+ /.test(cell.sharedModel.getSource());
  for (let i = index; withHeading && i >= 0; i--) {
    if (isHeading(cells[i])) {
      index = i;
      break;
    }
  }
  if (index >= 0) {
    app.shell.activateById(notebook.id);
    content.activeCellIndex = index;
    content.scrollToItem(index, 'start');
    content.activate();
  }
}

/** Tells the other faces: "checked" when a notebook was graded. */
export const news = new EventTarget();

/** A function that asks the course's server; an answer that is an error is thrown as its sentence. */
export function client({ services, coreutils }) {
  const settings = services.ServerConnection.makeSettings();
  return async (method, address, data) => {
    let url = coreutils.URLExt.join(settings.baseUrl, 'mlprep', address);
    const options = { method };
    if (method === 'POST') {
      options.body = JSON.stringify(data);
    } else {
      url += coreutils.URLExt.objectToQueryString(data);
    }
    let response;
    try {
      response = await services.ServerConnection.makeRequest(url, options, settings);
    } catch {
      throw new Error('The server does not answer. Is it still running? Start it again and retry.');
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
      const error = new Error(answer.message || `The server answered ${response.status}.`);
      throw Object.assign(error, { fields: answer.fields || {} });
    }
    if (method === 'POST' && address === 'check') {
      news.dispatchEvent(new Event('checked'));
    }
    return answer;
  };
}
