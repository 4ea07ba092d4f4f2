/* Check my work: the button in an assignment's toolbar, its commands, and what they do. */

import { makePanel } from './panel.js';
import { client, h, showCell, useStyle } from './shared.js';

const CHECK = 'mlprep:check';
const START_OVER = 'mlprep:start-over';
const KEYS = 'Accel Shift Enter';

export function plugin(libraries) {
  const { apputils, mainmenu, notebook, rendermime } = libraries;
  return {
    id: 'mlprep:check',
    description: 'A button that grades the notebook and says what to mend',
    autoStart: true,
    requires: [notebook.INotebookTracker, rendermime.IRenderMimeRegistry],
    optional: [apputils.ICommandPalette, mainmenu.IMainMenu],
    activate: (app, tracker, registry, palette, menu) => {
      useStyle('check.css');
      const face = new Face(libraries, app, tracker, registry);
      const isEnabled = () => isAssignment(tracker.currentWidget);
      app.commands.addCommand(CHECK, {
        label: 'Check my work',
        caption: 'Save and grade this assignment, with the hidden tests too',
        isEnabled,
        execute: () => face.check(tracker.currentWidget)
      });
      app.commands.addCommand(START_OVER, {
        label: 'Start this assignment over…',
        caption: 'A fresh copy; yours is kept beside it',
        isEnabled,
        execute: () => face.startOver(tracker.currentWidget)
      });
      app.commands.addKeyBinding({ command: CHECK, keys: [KEYS], selector: '.jp-Notebook' });
      for (const command of [CHECK, START_OVER]) {
        palette?.addItem({ command, category: 'Course' });
      }
      menu?.runMenu.addGroup([{ command: CHECK }, { command: START_OVER }], 1000);
      app.docRegistry.addWidgetExtension('Notebook', {
        createNew: panel => {
          panel.context.ready.then(() => face.opened(panel));
        }
      });
    }
  };
}

/** Whether a notebook has cells for answers. */
function isAssignment(panel) {
  const cells = panel?.content.model?.cells ?? [];
  return Array.from(cells).some(cell => {
    const metadata = cell.getMetadata('nbgrader');
    return metadata?.solution || metadata?.task;
  });
}

/** Why a file could not be saved, without the server's paths. */
/** Whether a cell of the notebook is running. The kernel's own status is "idle" again as soon as it
 * has answered any other question of JupyterLab's meanwhile. */
function runs(notebook) {
  const { widgets } = notebook.content;
  const isBusy = notebook.sessionContext.session?.kernel?.status === 'busy';
  return isBusy || widgets.some((cell) => cell.model.executionState === 'running');
}

function reason(error) {
  const text = String(error.message || error);
  return /No space left|disk full/i.test(text) ? 'the disk is full' : text;
}

class Face {
  constructor(libraries, app, tracker, registry) {
    Object.assign(this, { libraries, app, tracker, registry });
    this.ask = client(libraries);
    this.notebook = null; // the one that the panel is about
    this.running = null; // the one that is being graded
  }

  /** A notebook was opened: an assignment gets the button. */
  async opened(panel) {
    if (panel.isDisposed || !isAssignment(panel)) {
      return;
    }
    const { ToolbarButton, Notification } = this.libraries.apputils;
    const button = new ToolbarButton({
      label: 'Check my work',
      tooltip: `Save and grade this assignment (${KEYS.replace('Accel', 'Ctrl')})`,
      onClick: () => this.check(panel)
    });
    button.addClass('mlprep-check-button');
    if (!panel.toolbar.insertAfter('cellType', 'mlprep-check', button)) {
      panel.toolbar.addItem('mlprep-check', button);
    }
    const about = await this.ask('GET', 'assignment', { path: panel.context.path }).catch(() => ({}));
    if (about.news) {
      Notification.info(about.news, { autoClose: false });
    }
  }

  /** The panel, made when it is first wanted and shown now. */
  open() {
    if (!this.widget || this.widget.isDisposed) {
      const { Widget } = this.libraries.widgets;
      this.panel = makePanel(
        {
          check: () => this.check(this.notebook),
          cancel: () => this.cancel(),
          startOver: () => this.startOver(this.notebook),
          hint: question => this.help('hint', question),
          solution: question => this.help('solution', question),
          show: question => this.goTo(question)
        },
        text => this.markdown(text)
      );
      this.widget = new Widget();
      this.widget.id = 'mlprep-check';
      this.widget.addClass('mlprep-side');
      if (this.app.name === 'JupyterLab') {
        this.widget.node.style.minWidth = '340px'; // Notebook 7 would cut it off
      }
      this.widget.title.label = 'Check my work';
      this.widget.title.caption = 'Check my work';
      this.widget.node.append(this.panel.node);
      this.app.shell.add(this.widget, 'right', { rank: 50 });
    }
    this.app.shell.activateById(this.widget.id);
    return this.panel;
  }

  /** Save, grade, show. Whatever goes wrong is told in one sentence, and nothing is lost. */
  async check(notebook) {
    if (!notebook || notebook.isDisposed) {
      this.open().say('The notebook was closed. Open it again, then check.', 'error');
      return;
    }
    const panel = this.open();
    if (this.running) {
      const name = this.running.context.path;
      panel.say(`A check of ${name} is already running. Wait for it, or cancel it.`, 'error');
      return;
    }
    this.running = this.notebook = notebook;
    this.isCancelled = false;
    const path = notebook.context.path;
    const from = document.activeElement;
    panel.clear();
    panel.title.textContent = path.split('/').pop();
    panel.say('Saving…');
    panel.working(true);
    try {
      await this.save(notebook);
      if (this.isCancelled) {
        throw new Error('Cancelled. The notebook was saved, and nothing was graded.');
      }
      panel.say('Grading…');
      const isBusy = runs(notebook);
      const report = await this.ask('POST', 'check', { path });
      if (isBusy) {
        report.notes.push('Your kernel was busy. The check did not wait for it: it grades the file.');
      }
      panel.show(report);
    } catch (error) {
      panel.say(error.message, 'error');
    } finally {
      this.running = null;
      panel.working(false);
      const now = document.activeElement;
      if (now === from || now === document.body || panel.node.contains(now)) {
        panel.title.focus(); // unless the learner has gone on writing
      }
    }
  }

  /** Save a notebook, or say why it cannot be graded. */
  async save(notebook) {
    const { context } = notebook;
    if (context.contentsModel?.writable === false) {
      return; // the course's own file: the server says what to open instead
    }
    try {
      await context.save();
    } catch (error) {
      throw new Error(
        error.name === 'ModalCancelError'
          ? 'Not saved and not checked: the file was changed elsewhere too, perhaps in another ' +
            'tab. Both versions are still there: try again, and choose which one to keep.'
          : `The notebook could not be saved (${reason(error)}). Your answers are still in this ` +
            'tab: make that possible, save, and try again.'
      );
    }
  }

  async cancel() {
    const path = this.running?.context.path;
    if (path) {
      this.isCancelled = true;
      this.panel.say('Cancelling…');
      await this.ask('DELETE', 'check', { path }).catch(() => {});
    }
  }

  /** A fresh copy in the place of this one, after a question; the old one is kept. */
  async startOver(notebook) {
    if (!notebook || notebook.isDisposed || this.running) {
      return;
    }
    const { Dialog, showDialog } = this.libraries.apputils;
    const name = notebook.context.path.split('/').pop();
    const { button } = await showDialog({
      title: 'Start over?',
      body: `You get a fresh ${name}. Yours, as it is now, is kept in the folder "older" beside it.`,
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Start over' })]
    });
    if (!button.accept) {
      return;
    }
    const panel = this.open();
    this.notebook = notebook;
    try {
      await this.save(notebook);
      const { kept } = await this.ask('POST', 'start-over', { path: notebook.context.path });
      await notebook.context.revert();
      panel.clear();
      panel.say(`A fresh copy. The old one is ${kept}.`);
    } catch (error) {
      panel.say(error.message, 'error');
    }
  }

  help(kind, question) {
    return this.ask('POST', kind, { path: this.notebook.context.path, question });
  }

  /** Text that an author wrote, drawn by JupyterLab: sanitized, with formulas. */
  async markdown(text) {
    const { Widget } = this.libraries.widgets;
    const renderer = this.registry.createRenderer('text/markdown');
    const host = h('div', { class: 'mlprep-markdown' });
    this.panel.node.append(host); // it must be in the page to be attached
    Widget.attach(renderer, host);
    const data = { 'text/markdown': text };
    await renderer.renderModel(this.registry.createModel({ data, trusted: false }));
    return host;
  }

  goTo(question) {
    const notebook = this.notebook;
    if (notebook.isDisposed) {
      return;
    }
    showCell(this.app, notebook, question);
  }
}
