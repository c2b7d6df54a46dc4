import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { Icon } from "../../ui/icons";
import { t, type Key } from "../../ui/i18n";
import { TONE_ICONS } from "../../ui/parts";
import { isForm, path, route } from "../../ui/route";
import { counts, status, syncNow, syncing } from "./app";

/** The truth in words, on every screen: what is not sent, what needs a person, whether there is a network. */
export function StatusLine(): JSX.Element {
  const { tone, main, more } = status.value;
  return (
    <a class={`status ${tone}`} href={path("outbox")} data-testid="status">
      <Icon name={TONE_ICONS[tone]} size={20} />
      <span class="sentences" role="status" aria-live="polite">
        <b data-testid="status-main">{t(main.key as Key, main.params)}</b>
        {more.map((part) => <span key={part.key}> · {t(part.key as Key, part.params)}</span>)}
      </span>
      {syncing.value && <span class="turning" aria-hidden="true" />}
    </a>
  );
}

const TABS: [string, string, Key][] = [
  ["households", "house", "tab.households"], ["today", "today", "tab.today"], ["outbox", "outbox", "tab.outbox"], ["more", "more", "tab.more"],
];

function Tabs(): JSX.Element {
  const current = route.value[0] ?? "households";
  const attention = counts.value.attention;
  return (
    <nav class="tabs" aria-label={t("tab.label")}>
      {TABS.map(([name, icon, word]) => (
        <a key={name} href={path(name)} class={current === name ? "current" : ""} aria-current={current === name ? "page" : undefined}>
          <Icon name={icon} size={26} />
          <span>{t(word)}</span>
          {name === "outbox" && attention > 0 && <b class="badge">{attention}</b>}
        </a>
      ))}
    </nav>
  );
}

export function Screen({ title, sub, back, children, foot, tabs = false }: {
  title: string; sub?: string; back?: string; children: ComponentChildren; foot?: ComponentChildren; tabs?: boolean;
}): JSX.Element {
  useEffect(() => { document.title = `${title} – Tổ Số`; }, [title]);
  return (
    <div class={`screen${foot ? " with-foot" : ""}${tabs ? " with-tabs" : ""}`}>
      <header class="top">
        {back && <a class="back" href={back} aria-label={t("do.back")}><Icon name="back" size={28} /></a>}
        <h1>{title}{sub && <small>{sub}</small>}</h1>
        {tabs && (
          <button type="button" class="refresh" onClick={() => void syncNow(true)} disabled={syncing.value} aria-label={t("do.send_now")}>
            <Icon name="send" size={22} />
          </button>
        )}
      </header>
      <StatusLine />
      <main>{children}</main>
      {foot && <footer class="foot">{foot}</footer>}
      {tabs && <Tabs />}
      <Toast />
    </div>
  );
}

interface Said { text: string; action?: string; run?: () => void; serial: number }
const said = signal<Said | null>(null);
let serial = 0;

/** A short message at the bottom, with one thing to do about it. */
export function say(text: string, action?: string, run?: () => void): void {
  said.value = { text, action, run, serial: ++serial };
}

function Toast(): JSX.Element | null {
  const now = said.value;
  const [, tick] = useState(0);
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => {
      if (said.value?.serial === now.serial) said.value = null;
      tick((count) => count + 1);
    }, now.action ? 12_000 : 4_000);
    return () => clearTimeout(timer);
  }, [now?.serial]);
  useEffect(() => { if (isForm(route.value)) said.value = null; }, [route.value]);
  if (!now) return null;
  return (
    <div class="toast" role="status" data-testid="toast">
      <span>{now.text}</span>
      {now.action && <button type="button" onClick={() => { said.value = null; now.run?.(); }}><Icon name="undo" size={20} />{now.action}</button>}
    </div>
  );
}
