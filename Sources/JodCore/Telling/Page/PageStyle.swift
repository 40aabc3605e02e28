/// How the page looks, and what a browser may do with it.
extension Page {
  /// The one style sheet, without anything that changes, so that a browser can be told its hash.
  static let style = """
    :root{color-scheme:light dark;--paper:#f5f4f0;--card:#fff;--ink:#22252b;--soft:#636874;--line:#e2e0d9;\
    --off:#dde2ea;--on:#f3d491;--use:#d9822b;--wake:#2f5fa8;--bad:#a4322a;--badcard:#fbecea;--key:#22252b;--onkey:#fff}
    @media(prefers-color-scheme:dark){:root{--paper:#15171b;--card:#1e2127;--ink:#e6e6e3;--soft:#9aa0ab;\
    --line:#31353e;--off:#2f3642;--on:#7d6329;--use:#f0a441;--wake:#8db8f5;--bad:#f2a097;--badcard:#3a2220;--key:#e6e6e3;--onkey:#15171b}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    main{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 2rem}
    header{display:flex;gap:1rem;align-items:flex-start;margin:.5rem .25rem 1.5rem}
    header>div{flex:1;min-width:0}
    header p{margin:.35rem 0 0;color:var(--soft)}
    h1{font-size:1.6rem;line-height:1.25;margin:.3rem 0 0;font-weight:400;letter-spacing:-.01em}
    h1 b{font-weight:650}
    .bad h1{color:var(--bad);font-size:1.3rem;font-weight:600}
    .bad p{color:var(--ink)}
    .bad .still{font-size:1.1rem;margin-top:.9rem}
    progress{display:block;width:100%;height:.5rem;margin:.75rem 0 .25rem;border:0;border-radius:4px;\
    background:var(--off);accent-color:var(--use);appearance:none;overflow:hidden}
    progress::-webkit-progress-bar{background:var(--off)}
    progress::-webkit-progress-value{background:var(--use)}
    progress::-moz-progress-bar{background:var(--use)}
    .buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin:0 0 1.25rem}
    .buttons form{flex:1 1 auto;display:flex}
    button{font:inherit;font-weight:550;flex:1;min-height:3rem;padding:.6rem .75rem;white-space:nowrap;border-radius:12px;cursor:pointer;\
    border:1px solid var(--soft);background:var(--card);color:var(--ink)}
    button.first{background:var(--key);border-color:var(--key);color:var(--onkey)}
    button:hover{border-color:var(--ink)}
    :focus-visible{outline:3px solid var(--wake);outline-offset:2px}
    .busy button{opacity:.6;cursor:progress}
    .hint{color:var(--soft);font-size:.9rem;margin:0 .25rem 1.25rem}
    .pressed{margin:0 0 1rem;padding:.7rem 1.25rem;border-radius:12px;border-left:4px solid var(--wake);background:var(--card)}
    .pressed time{color:var(--soft);margin-right:.35rem}
    .pressed.refused{border-left-color:var(--bad)}
    .back a{color:inherit;display:inline-block;padding:.6rem .25rem}
    .unseen{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .plain li{color:var(--soft);font-size:.9rem}
    h2{font-size:.8rem;margin:0 0 .75rem;font-weight:600;color:var(--soft);letter-spacing:.06em;text-transform:uppercase}
    .lamp{flex:none;width:3.25rem;height:3.25rem}
    .lamp .glow{fill:var(--off)}.lamp .core{fill:var(--soft)}
    .ready .glow,.up .glow{fill:var(--on)}.ready .core,.up .core{fill:var(--use)}
    .waking .glow,.stopping .glow{fill:none;stroke:var(--on);stroke-width:4;stroke-dasharray:9 6}
    .waking .core{fill:var(--use)}
    section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.1rem 1.25rem;margin:0 0 1rem}
    section.bad{background:var(--badcard);border-color:var(--bad)}
    section.bad h2{color:var(--bad)}
    header.bad .glow{fill:var(--badcard);stroke:var(--bad);stroke-width:2;stroke-dasharray:none}
    header.bad .core{fill:var(--bad)}
    section p{margin:0}
    section p+p{margin-top:.5rem}
    dl{margin:0;display:grid;grid-template-columns:7rem 1fr;gap:.6rem 1rem}
    dt{color:var(--soft)}
    dd{margin:0}
    ul{list-style:none;margin:0;padding:0}
    li+li{margin-top:.35rem}
    .soft{color:var(--soft)}
    .day{display:grid;grid-template-columns:6.2rem 1fr;gap:.75rem;align-items:center;margin:.5rem 0}
    .day>span{font-size:.9rem;white-space:nowrap}
    .day i{font-style:normal}
    .day svg{display:block;width:100%;height:26px;overflow:visible}
    .edge{fill:none;stroke:var(--line);vector-effect:non-scaling-stroke}
    .off{fill:var(--off)}.on{fill:var(--on)}.use{fill:var(--use)}
    .hour{stroke:var(--card);stroke-width:1;vector-effect:non-scaling-stroke}
    .ring{stroke:var(--card);stroke-width:12;stroke-linecap:round;vector-effect:non-scaling-stroke}
    .wake{stroke:var(--wake);stroke-width:8;stroke-linecap:round;vector-effect:non-scaling-stroke}
    .hours{display:flex;justify-content:space-between;font-size:.8rem;color:var(--soft)}
    .hours span{width:0;display:flex;justify-content:center;white-space:nowrap}
    .key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.85rem;color:var(--soft);margin-top:.75rem}
    .key span{display:inline-flex;align-items:center;gap:.4rem}
    .key svg{width:14px;height:14px;overflow:visible}
    .sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.9rem 1.25rem;margin:1.25rem 0 .5rem}
    .sums div{border-top:2px solid var(--line);padding-top:.4rem}
    .sums strong{display:block;font-size:1.35rem;font-weight:600;line-height:1.3}
    .sums span{font-size:.85rem;color:var(--soft)}
    details{margin-top:1rem}
    summary{cursor:pointer;color:var(--soft);font-size:.9rem;padding:.25rem 0}
    .wide{overflow-x:auto;overflow-wrap:normal}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums;white-space:nowrap}
    th{font-weight:500;color:var(--soft);text-align:left}
    th,td{padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line)}
    tbody tr:last-child>*{border-bottom:0}
    tbody th{color:var(--ink)}
    .wakes li{display:grid;grid-template-columns:1fr auto;gap:0 1rem}
    .wakes li+li{border-top:1px solid var(--line);margin-top:.5rem;padding-top:.5rem}
    .wakes bdi{grid-column:1/-1}
    .wakes time,.wakes .how{color:var(--soft);font-size:.9rem}
    .wakes .how{text-align:right}
    .failed{color:var(--bad)!important}
    footer{color:var(--soft);font-size:.85rem;text-align:center;margin-top:1.5rem}
    @media(max-width:30rem){dl{grid-template-columns:1fr;gap:.1rem}dd+dt{margin-top:.6rem}\
    .day{grid-template-columns:3.4rem 1fr;gap:.5rem}.day i{display:none}h1{font-size:1.75rem}.wide th,.wide td{padding-right:.7rem}}
    """

  /// SHA-256 of the style sheet, in base64. A test computes it anew.
  static let styleHash = "CU/yO/PUl9YNS2V5aZ/Eye87ZHm7WkyMbCyydzgHr7w="

  /// What goes with the page as `Content-Security-Policy`: it asks nobody but us, and nothing runs but our own script, even if
  /// a name contains code.
  public static let contentSecurityPolicy =
    "default-src 'none'; style-src 'sha256-\(styleHash)'; script-src 'sha256-\(scriptHash)'; connect-src 'self'; manifest-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
