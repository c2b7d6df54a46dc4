import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { setMeta } from "../../store/db";
import { Icon } from "../../ui/icons";
import { clockTime, day, t, told } from "../../ui/i18n";
import { Button, Note } from "../../ui/parts";
import { path } from "../../ui/route";
import { askToPersist, context, persistent, session, signOut, unsentCount } from "../common/app";
import { News } from "../common/news";
import { Screen } from "../common/shell";
import { Languages } from "../start/languages";

interface InstallEvent extends Event { prompt(): Promise<void> }
const install = signal<InstallEvent | null>(null);
export const update = signal<ServiceWorker | null>(null);

/** Called once at start: the browser offers to install the app only by this event. */
export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    install.value = event as InstallEvent;
  });
}

export function MorePage(): JSX.Element {
  const who = session.value;
  const [leaving, setLeaving] = useState(false);
  const unsent = unsentCount.value;
  const held = who?.cells.filter((cell) => cell.held) ?? [];
  const pulled = held.map((cell) => context.states.get(`cell:${cell.id}`)?.record.pulled_ms ?? 0);
  useEffect(() => { void askToPersist(); }, []);
  return (
    <Screen title={t("tab.more")} tabs>
      <News />
      {update.value && (
        <Note tone="waiting" icon="send" action={<Button onClick={() => update.value?.postMessage("skip-waiting")}>{t("more.update_now")}</Button>}>{t("more.update")}</Note>
      )}
      <section class="card">
        <p class="line whole"><Icon name="person" size={28} /> <span><b>{who?.user.name}</b>
          {who?.roles.map((role, at) => <small key={at}>{told(`role.${role.role}`, {}, role.role)}{role.unit ? ` – ${role.unit.name}` : ""}</small>)}</span></p>
        <p class="soft">{t("more.holds", { names: held.map((cell) => cell.name).join(", ") || "–" })}</p>
        {pulled[0] ? <p class="soft">{t("more.pulled", { day: day(new Date(pulled[0]).toISOString().slice(0, 10)), time: clockTime(pulled[0]) })}</p> : null}
      </section>
      <section>
        <h2><Icon name="language" /> {t("more.language")}</h2>
        <Languages onChosen={(chosen) => void setMeta(context.db, "language", chosen)} />
        <p class="soft">{t("more.khmer_draft")}</p>
      </section>
      <section>
        <h2><Icon name="device" /> {t("more.phone")}</h2>
        <Note tone={persistent.value === false ? "attention" : "good"}>{t(persistent.value === false ? "more.storage_risk" : persistent.value ? "more.storage_kept" : "more.storage_unknown")}</Note>
        {install.value && <Button icon="device" onClick={() => void install.value?.prompt().then(() => { install.value = null; })}>{t("more.install")}</Button>}
      </section>
      <section class="card">
        <h2><Icon name="help" /> {t("more.help")}</h2>
        <p>{t("more.help_1")}</p>
        <p>{t("more.help_2")}</p>
        <p>{t("more.help_3")}</p>
      </section>
      {!leaving && <Button kind="quiet" icon="close" onClick={() => setLeaving(true)}>{t("more.sign_out")}</Button>}
      {leaving && (unsent > 0
        ? <Note tone="attention" action={<a class="button" href={path("outbox")}><span>{t("tab.outbox")}</span></a>}>{t("more.sign_out_unsent", { n: unsent })}</Note>
        : <section class="card"><p>{t("more.sign_out_sure")}</p><div class="pair"><Button onClick={() => setLeaving(false)}>{t("do.keep")}</Button><Button kind="danger" onClick={() => void signOut()}>{t("more.sign_out")}</Button></div></section>)}
      <p class="soft version">Tổ Số 0.1.0</p>
    </Screen>
  );
}
