import type { JSX } from "preact";

/** Own drawings on a 24 × 24 field, stroke only, so that they stay clear in the sun. */
const DRAWN: Record<string, string> = {
  house: "M3 11.5 12 4l9 7.5 M5.5 9.8V20h13V9.8 M10 20v-5.5h4V20",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11Z M3 19.5c.4-3.6 2.7-5.5 6-5.5s5.600 1.900 6 5.500 M16 5a3 3 0 0 1 0 6 M17.500 14.300c2 .6 3.200 2.300 3.500 5.200",
  person: "M12 11.500a3.600 3.600 0 1 0 0-7.200 3.600 3.600 0 0 0 0 7.200Z M5 20c.4-4 3-6 7-6s6.600 2 7 6",
  personadd: "M10 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z M3.500 20c.4-4 2.800-6 6.500-6 1.500 0 2.800.3 3.800 1 M18 14v7 M14.500 17.500h7",
  unnamed: "M12 11.500a3.600 3.600 0 1 0 0-7.200 3.600 3.600 0 0 0 0 7.200Z M5 20c.4-4 3-6 7-6 M17 15.500c0-2.600 3.600-2.300 3.600 0 0 1.500-1.800 1.400-1.800 3 M18.800 21v.1",
  met: "M3 11.500 12 4l9 7.500 M5.500 9.800V20h13V9.800 M8.500 14.500l2.500 2.500 4.800-5",
  absent: "M6 21V3.500h12V21 M3.500 21h17 M14.800 12.500v.1 M9.500 8.500h5",
  come_back: "M4 6h16v14.500H4Z M4 10.500h16 M8.500 3.500v4 M15.500 3.500v4 M9 15.800h5.500 M12.300 13.500l2.300 2.300-2.300 2.300",
  not_now: "M7.500 12.500V6.300a1.400 1.400 0 0 1 2.800 0V11 M10.300 11V4.600a1.400 1.400 0 0 1 2.800 0V11 M13.100 11V5.800a1.400 1.400 0 0 1 2.800 0v6.200 M15.900 9.500a1.400 1.400 0 0 1 2.800 0V15c0 4-2.400 6-5.800 6-3 0-4.400-1.300-5.900-3.800L4.700 13.600c-.9-1.600 1.200-2.800 2.300-1.500l.5.600",
  not_visited: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17Z",
  search: "M10.500 17.500a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z M15.700 15.700 21 21",
  back: "M14.500 5 7.500 12l7 7",
  next: "M9.500 5l7 7-7 7",
  plus: "M12 4.500v15 M4.500 12h15",
  edit: "M4 20l1-4.500L16.500 4l3.500 3.500L8.500 19Z M14 6.500l3.500 3.500",
  close: "M5.500 5.500l13 13 M18.500 5.500l-13 13",
  undo: "M8.500 5 4 9.500 8.500 14 M4.500 9.500H14a5.500 5.500 0 0 1 0 11H9",
  check: "M4.500 12.500 10 18 19.500 7",
  sent: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M7.800 12.300l3 3 5.500-6",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M12 7v5.300l3.500 2.200",
  attention: "M12 3.500 22 20.500H2Z M12 10v5 M12 17.800v.1",
  bad: "M8 3h8l5 5v8l-5 5H8l-5-5V8Z M12 7.500v5.500 M12 16.300v.1",
  offline: "M4 4l16 16 M7 8.500c-2.500.4-4 2-4 4.300C3 15.500 5 17.500 7.700 17.500H16 M10.500 6.300c3.200-.8 6 1 6.700 4.200 2.300.2 3.800 1.700 3.800 3.700 0 .9-.3 1.700-.8 2.300",
  send: "M12 20V5 M6 11l6-6 6 6 M4.500 20h15",
  today: "M4 5.500h16V20H4Z M4 10h16 M8.500 3v4 M15.500 3v4 M8 13.500h.1 M12 13.500h.1 M16 13.500h.1 M8 16.800h.1 M12 16.800h.1",
  outbox: "M3.500 13.500 6.500 4h11l3 9.500V20h-17Z M3.500 13.500H8.500l1.500 3h4l1.500-3h5",
  more: "M5 12h.1 M12 12h.1 M19 12h.1",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M3.500 9.500h17 M3.500 14.500h17 M12 3c3.500 3.500 3.500 14.500 0 18 M12 3c-3.500 3.500-3.500 14.500 0 18",
  ear: "M7 10a5.500 5.500 0 1 1 10.500 2c-1 2-2.500 2.500-2.800 4.500-.3 2.500-1.500 4-3.500 4-2.200 0-3.200-1.500-3.200-3 M10 10.500a2.300 2.300 0 0 1 4.500-.5c0 1.500-1.700 1.800-2 3.500",
  screen: "M7 2.800h10V21H7Z M11 18h2",
  book: "M12 6.500C10 5 7 4.500 3.500 5v13.500c3.500-.5 6.500 0 8.500 1.500 2-1.500 5-2 8.500-1.500V5C17 4.500 14 5 12 6.500Z M12 6.500V20",
  chat: "M4 5h16v11.500H11L6.500 20v-3.500H4Z M8 9.300h8 M8 12.500h5",
  pin: "M12 21c4.500-5 6.500-8.300 6.500-11.200a6.500 6.500 0 0 0-13 0C5.500 12.700 7.500 16 12 21Z M12 12.200a2.400 2.400 0 1 0 0-4.800 2.400 2.400 0 0 0 0 4.800Z",
  note: "M5 3.500h14V15l-5.500 5.500H5Z M13.500 20.500V15H19 M8.500 8h7 M8.500 11.500h5",
  phone: "M7 2.800h10V21H7Z M10.500 5.500h3 M12 18v.1",
  device: "M7 2.800h10V21H7Z M9.500 11.500l2 2 3.500-4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M9.500 9.500c0-3.200 5-3 5 0 0 2-2.500 2-2.500 4 M12 17v.1",
  balance: "M12 4v16 M7 20h10 M5 7h14 M5 7l-2.500 6h5Z M19 7l-2.500 6h5Z",
  idcard: "M3 5.500h18v13H3Z M8.300 11.500a1.900 1.900 0 1 0 0-3.800 1.900 1.900 0 0 0 0 3.800Z M5.500 15.500c.3-1.900 1.300-2.700 2.800-2.700s2.500.8 2.800 2.700 M14 9.500h4 M14 13h4",
  shield: "M12 3l8 3v5.500c0 4.700-3 8-8 9.500-5-1.500-8-4.800-8-9.500V6Z M8.500 12l2.500 2.500 4.500-5",
  tv: "M3 7h18v11.500H3Z M8.500 3l3.500 4 3.500-4 M7 21.500h10",
  paper: "M6 3h8.500L19 7.500V21H6Z M14.500 3v4.500H19 M9 12h6.500 M9 15.500h6.500",
  wallet: "M3.500 7h15V5H5.500a2 2 0 0 0-2 2v11.500h17V9h-15 M16.500 13.800h.1",
  basket: "M3.500 10h17l-2 10h-13Z M8 10l3-6 M16 10l-3-6 M9.500 13.500v3 M14.500 13.500v3",
  star: "M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900L3.500 9.700l5.900-.8Z",
  problem: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M8.500 16c1.800-2 5.200-2 7 0 M9 9.500v.1 M15 9.500v.1",
  done: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M8.500 14.200c1.800 2 5.200 2 7 0 M9 9.500v.1 M15 9.500v.1",
};
export type IconName = keyof typeof DRAWN & string;

export function Icon({ name, size = 24 }: { name: string; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={DRAWN[name] ?? DRAWN.star!} />
    </svg>
  );
}

const SERVICES: Record<string, string> = {
  id: "idcard", form: "paper", pay: "wallet", phone: "phone", people: "shield", news: "chat", tv: "tv", shop: "basket",
};

/** The picture of a service, by the icon name of the catalogue. */
export function serviceIcon(service: { icon?: string | null } | undefined): string {
  return SERVICES[service?.icon ?? ""] ?? "star";
}

/** How far up its ladder a stage is: filled steps, so that shape and not only colour tells. */
export function Ladder({ level, of }: { level: number; of: number }): JSX.Element {
  const steps = [];
  for (let at = 0; at < of; at++) {
    const height = 6 + (at * 12) / Math.max(1, of - 1);
    steps.push(<rect key={at} x={1 + at * 7} y={20 - height} width="5" height={height} rx="1"
      fill={at < level ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.2" />);
  }
  return <svg class="ladder" width={of * 7 + 2} height="21" viewBox={`0 0 ${of * 7 + 2} 21`} aria-hidden="true">{steps}</svg>;
}
