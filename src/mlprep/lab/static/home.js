/* The start page: its command, tile and menu entry, and what its buttons do. */

import { makePage } from './home-page.js';
import { client, h, news, showCell, useStyle } from './shared.js';

const OPEN = 'mlprep:open-start';
const LABEL = 'Start page';
const ID = 'mlprep-home';
// A flag on a path; drawn in the colour of JupyterLab's icons.
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
<path class="jp-icon3" fill="#616161" d="M6 2v20h2v-8h11l-3.5-4.5L19 5H8V2z"/></svg>`;

export function plugin(libraries) {
  const { application, apputils, coreutils, launcher, mainmenu, ui } = libraries;
  return {
    id: 'mlprep:home',
    description: 'The start page: the plan to the interview, what is next, progress',
    autoStart: true,
    optional: [
      application.ILayoutRestorer,
      apputils.ICommandPalette,
      launcher.ILauncher,
      mainmenu.IMainMenu
    ],
    activate: (app, restorer, palette, tiles, menu) => {
      // Only where it is what one starts with: an instructor's JupyterLab has no plan.
      if (app.name !== 'JupyterLab' || coreutils.PageConfig.getOption('mlprepOpen') !== OPEN) {
        return;
      }
      useStyle('home.css');
      const icon = new ui.LabIcon({ name: 'mlprep:start', svgstr: ICON });
      const home = new Home(libraries, app, icon);
      app.commands.addCommand(OPEN, {
        label: LABEL,
        caption: 'The plan to your interview, what is next, and how far you are',
        icon,
        execute: args => home.open(args)
      });
      palette?.addItem({ command: OPEN, category: 'Course' });
      tiles?.add({ command: OPEN, category: 'Course', rank: 0 });
      menu?.helpMenu.addGroup([{ command: OPEN }], -1);
      restorer?.restore(home.tracker, {
        command: OPEN,
        args: () => ({ atStart: true }),
        name: () => 'home'
      });
    }
  };
}

class Home {
  constructor(libraries, app, icon) {
    Object.assign(this, { libraries, app, icon });
    this.ask = client(libraries);
    this.tracker = new libraries.apputils.WidgetTracker({ namespace: 'mlprep-home' });
    this.shown = ''; // what the page shows, as text
    news.addEventListener('checked', () => this.refreshIfVisible());
    window.addEventListener('focus', () => this.refreshIfVisible());
  }

  /** Show the page; at start only where no document was asked for. */
  open({ atStart = false } = {}) {
    const isNew = !this.widget || this.widget.isDisposed;
    if (isNew) {
      this.widget = this.make();
      this.tracker.add(this.widget);
    }
    const document = this.libraries.coreutils.PageConfig.getOption('treePath');
    const activate = !(atStart && document);
    if (!this.widget.isAttached) {
      this.app.shell.add(this.widget, 'main', { activate });
    }
    if (activate) {
      this.app.shell.activateById(this.widget.id);
    }
    return this.widget;
  }

  make() {
    const page = makePage({
      open: (path, question) => this.show(path, question),
      choose: given => this.choose(given),
      download: kind => this.download(kind),
      hold: () => this.hold(),
      refresh: () => this.refresh()
    });
    this.page = page;
    this.shown = '';
    const refresh = () => this.refresh();
    const { Widget } = this.libraries.widgets;
    const widget = new (class extends Widget {
      onAfterAttach() {
        if (this.isVisible) {
          refresh();
        }
      }
      onAfterShow() {
        refresh();
      }
      onActivateRequest() {
        if (!this.node.contains(document.activeElement)) {
          page.title.focus({ preventScroll: true });
        }
      }
    })();
    widget.id = ID;
    widget.addClass('mlprep-home');
    widget.title.label = LABEL;
    widget.title.caption = LABEL;
    widget.title.icon = this.icon;
    widget.title.closable = true;
    widget.node.append(page.node);
    return widget;
  }

  refreshIfVisible() {
    if (this.widget?.isVisible) {
      this.refresh();
    }
  }

  /** Ask for the newest state; what is unchanged is left as it is, with the reader's place in it. */
  async refresh() {
    try {
      this.put(await this.ask('GET', 'home', {}));
    } catch (error) {
      this.page.fail(error.message);
    }
  }

  put(data) {
    const text = JSON.stringify(data);
    if (text !== this.shown) {
      this.shown = text;
      this.page.show(data);
    }
  }

  /** Keep the choice; an error is thrown to the form, which knows its fields. */
  async choose(given) {
    const data = await this.ask('POST', 'home', given);
    this.shown = '';
    this.page.closeForm();
    this.put(data);
    this.widget.node.scrollTo(0, 0);
    this.page.title.focus();
  }

  async show(path, question) {
    try {
      const widget = await this.app.commands.execute('docmanager:open', { path });
      if (question && widget?.context) {
        await Promise.all([widget.context.ready, widget.revealed]);
        await new Promise(done => setTimeout(done, 0)); // its cells are drawn first
        showCell(this.app, widget, question, true);
      }
    } catch (error) {
      this.page.fail(`${path} could not be opened (${error.message || error}).`);
    }
  }

  /** Open the notebook in which mock interviews are held. */
  async hold() {
    try {
      const { path } = await this.ask('POST', 'mock/notebook', {});
      await this.show(path);
    } catch (error) {
      this.page.fail(error.message);
    }
  }

  async download(kind) {
    try {
      const { name, text } = await this.ask('GET', 'home/file', { kind });
      const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
      h('a', { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
      this.page.say(`${name} was downloaded.`);
    } catch (error) {
      this.page.fail(error.message);
    }
  }
}
