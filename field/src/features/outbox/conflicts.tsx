import type { JSX } from "preact";
import type { Conflict } from "../../sync/tables";
import { Icon } from "../../ui/icons";
import { day, t, told } from "../../ui/i18n";
import { Button, Empty } from "../../ui/parts";
import { path } from "../../ui/route";
import { act, memberNames, session, tables } from "../common/app";
import { say, Screen } from "../common/shell";

/** Two values for one thing, written by two people who had not seen each other's: side by side, nothing lost. */
export function ConflictsPage(): JSX.Element {
  const list = [...tables.value.conflicts.values()];
  const leader = session.value?.roles.some((role) => role.role === "leader" || role.role === "deputy") ?? false;
  return (
    <Screen title={t("conflict.title")} back={path("outbox")}>
      <p class="soft">{t(leader ? "conflict.leader" : "conflict.member")}</p>
      {list.length ? list.map((one) => <Pair key={one.id} conflict={one} leader={leader} />) : <Empty icon="balance">{t("conflict.none")}</Empty>}
    </Screen>
  );
}

function valueWords(field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("fact.not_asked");
  if (value === true) return t("answer.yes");
  if (value === false) return t("answer.no");
  if (value === "km" || value === "vi") return t(`lang.${value}`);
  if (field === "outcome") return told(`outcome.${String(value)}`, {}, String(value));
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)) return day(value);
  return typeof value === "object" ? t("conflict.several") : String(value);
}

function Pair({ conflict, leader }: { conflict: Conflict; leader: boolean }): JSX.Element {
  const { households, residents, visits } = tables.value;
  const name = households.get(conflict.record)?.label ?? residents.get(conflict.record)?.name ?? households.get(visits.get(conflict.record)?.household ?? "")?.label ?? "";
  const home = residents.get(conflict.record)?.household ?? visits.get(conflict.record)?.household ?? conflict.record;
  const settle = async (keep: "kept" | "lost") => {
    await act("conflict.settle", { id: conflict.id, keep }, { cell: households.get(home)?.cell ?? null });
    say(t("conflict.settled"));
  };
  const side = (which: "kept" | "lost") => (
    <div class={`side ${which}`}>
      <small>{t(which === "kept" ? "conflict.shown_now" : "conflict.set_aside")}</small>
      <b>{valueWords(conflict.field, conflict[which])}</b>
      <small class="soft">{memberNames.value.get((which === "kept" ? conflict.kept_by : conflict.lost_by) ?? "") ?? t("person.colleague")}</small>
      {leader && <Button onClick={() => void settle(which)}>{t("conflict.take")}</Button>}
    </div>
  );
  return (
    <article class="card" data-testid="conflict">
      <p><Icon name="balance" /> <b>{name}</b> · {told(`field.${conflict.field}`, {}, conflict.field)}</p>
      <div class="pair">{side("kept")}{side("lost")}</div>
    </article>
  );
}
