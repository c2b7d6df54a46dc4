import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { OutboxRecord } from "../../store/types";
import type { Operation } from "../../sync/wire";
import { Icon } from "../../ui/icons";
import { clockTime, problemWords, shortDay, t } from "../../ui/i18n";
import { Button, Empty, Note } from "../../ui/parts";
import { go, path } from "../../ui/route";
import { act, dayOf, giveUp, operations, records, session, syncNow, syncing, tables } from "../common/app";
import { News } from "../common/news";
import { say, Screen } from "../common/shell";
import { operationWords } from "./words";

export function OutboxPage(): JSX.Element {
  const of = (state: OutboxRecord["state"]) => records.value.filter((record) => record.state === state);
  const refused = of("refused");
  const blocked = of("blocked");
  const waiting = of("waiting");
  const sent = [...of("accepted"), ...of("closed").filter((record) => record.ending === "done")].filter((record) => operations.value.has(record.op_id)).slice(-30).reverse();
  const conflicts = tables.value.conflicts.size;
  return (
    <Screen title={t("tab.outbox")} tabs>
      <News />
      {session.value?.signed_out && (
        <Note tone="bad" action={<a class="button" href={path("sign-in")}><span>{t("start.again")}</span></a>}>{t("outbox.signed_out")}</Note>
      )}
      {conflicts > 0 && <a class="button" href={path("conflicts")}><Icon name="balance" /><span>{t("conflict.count", { n: conflicts })}</span></a>}
      {refused.length > 0 && (
        <section data-testid="attention">
          <h2 class="attention"><Icon name="attention" /> {t("outbox.attention", { n: refused.length })}</h2>
          {refused.map((record) => <Refused key={record.op_id} record={record} />)}
        </section>
      )}
      {waiting.length + blocked.length > 0 && (
        <section data-testid="waiting">
          <h2><Icon name="waiting" /> {t("outbox.waiting", { n: waiting.length + blocked.length })}</h2>
          <p class="soft">{t("outbox.waiting_hint")}</p>
          {[...blocked, ...waiting].map((record) => <Line key={record.op_id} record={record} />)}
          <Button icon="send" kind="main" disabled={syncing.value} onClick={() => void syncNow()}>{t(syncing.value ? "outbox.sending" : "do.send_now")}</Button>
        </section>
      )}
      {!refused.length && !waiting.length && !blocked.length && <Empty icon="sent">{t("outbox.nothing")}</Empty>}
      {sent.length > 0 && (
        <section data-testid="sent">
          <h2><Icon name="sent" /> {t("outbox.sent")}</h2>
          {sent.map((record) => <Line key={record.op_id} record={record} />)}
        </section>
      )}
    </Screen>
  );
}

function when(record: OutboxRecord, operation: Operation | undefined): string {
  return operation ? `${shortDay(dayOf(operation))} ${clockTime(record.made_ms)}` : clockTime(record.made_ms);
}

function Line({ record }: { record: OutboxRecord }): JSX.Element {
  const operation = operations.value.get(record.op_id);
  const { what, whom, icon } = operationWords(operation, record.kind);
  const lost = record.lost.length > 0;
  const state = record.state === "blocked" ? "outbox.blocked" : record.state === "waiting" ? (record.tries ? "outbox.no_answer" : "outbox.not_sent") : lost ? "outbox.lost" : "outbox.arrived";
  return (
    <div class={`card line ${record.state}`}>
      <Icon name={icon} />
      <span><b>{what}</b><small>{whom}</small><small class="soft">{when(record, operation)} · {t(state)}</small></span>
    </div>
  );
}

/** Which screen can put a refused operation right. */
function repair(operation: Operation | undefined): string[] | null {
  if (!operation) return null;
  if (operation.kind === "household.add" || operation.kind === "household.change") return ["fix", "household", operation.op_id];
  if (operation.kind === "resident.add" || operation.kind === "resident.change") return ["fix", "person", operation.op_id];
  if (operation.kind === "visit.record" || operation.kind === "visit.correct") return ["fix", "visit", operation.op_id];
  return null;
}

function Refused({ record }: { record: OutboxRecord }): JSX.Element {
  const [asking, ask] = useState(false);
  const operation = operations.value.get(record.op_id);
  const { what, whom, icon } = operationWords(operation, record.kind);
  const words = problemWords(record.problem ?? { code: "", title: "", detail: "", params: {} });
  const dependants = records.value.filter((one) => one.state === "blocked" && one.blocking === record.op_id).length;
  const screen = repair(operation);
  const resend = async () => {
    if (!operation) return;
    await act(operation.kind, operation.data as never, { cell: operation.cell, replaces: record.op_id, day: dayOf(operation) });
    say(t("outbox.again"));
  };
  return (
    <article class="card refused" data-testid="refused">
      <p class="line"><Icon name={icon} /> <span><b>{what}</b><small>{whom}</small><small class="soft">{when(record, operation)}</small></span></p>
      <Note tone="attention"><b>{words.title}</b><p>{words.todo}</p></Note>
      {dependants > 0 && <p class="soft">{t("outbox.dependants", { n: dependants })}</p>}
      {asking ? (
        <>
          <p>{t(dependants ? "outbox.discard_sure_more" : "outbox.discard_sure", { n: dependants })}</p>
          <div class="pair">
            <Button onClick={() => ask(false)}>{t("do.keep")}</Button>
            <Button kind="danger" onClick={() => void giveUp(record.op_id)}>{t("outbox.discard")}</Button>
          </div>
        </>
      ) : (
        <div class="pair">
          {screen ? <Button icon="edit" onClick={() => go(...screen)}>{t("outbox.repair")}</Button> : operation && <Button icon="send" onClick={() => void resend()}>{t("outbox.resend")}</Button>}
          <Button icon="close" kind="danger" onClick={() => ask(true)}>{t("outbox.discard")}</Button>
        </div>
      )}
    </article>
  );
}
