/// What keeps the page up to date while somebody looks at it.
extension Page {
  /// Asks for the page again and takes over what it says, as long as it is seen. Folds that are open, and the button that has
  /// the focus, stay so. Without it, or without a browser that runs it, the page is loaded anew.
  static let script = """
    (()=>{"use strict";let timer;const told=document.getElementById("told");
    const plan=()=>{clearTimeout(timer);const s=+document.querySelector("main").dataset.again;\
    if(s>0&&!document.hidden)timer=setTimeout(look,s*1000)};
    const look=async()=>{clearTimeout(timer);if(document.hidden)return;
    try{const r=await fetch("/",{headers:{Accept:"text/html"},cache:"no-store",redirect:"error"});
    if(r.ok||r.status===503){const d=new DOMParser().parseFromString(await r.text(),"text/html"),\
    next=d.querySelector("main"),old=document.querySelector("main");
    if(next&&d.getElementById("told")){const open=[...old.querySelectorAll("details[open]")].map(e=>e.id),\
    focus=old.contains(document.activeElement)?document.activeElement.id:"";
    const scrolled=[...old.querySelectorAll(".wide")].map(e=>e.scrollLeft);
    old.replaceWith(next);open.forEach(i=>{const e=document.getElementById(i);if(e)e.open=true});
    next.querySelectorAll(".wide").forEach((e,i)=>{e.scrollLeft=scrolled[i]||0});
    if(focus){const e=document.getElementById(focus);if(e)e.focus({preventScroll:true})}
    if(document.title!==d.title){document.title=d.title;told.textContent=d.title}
    const icon=document.querySelector("link[rel=icon]"),other=d.querySelector("link[rel=icon]");
    if(icon&&other)icon.href=other.href}}}catch{}
    plan()};
    document.addEventListener("visibilitychange",look);
    document.addEventListener("submit",e=>{clearTimeout(timer);e.target.classList.add("busy")});
    plan()})()
    """

  /// SHA-256 of the script, in base64. A test computes it anew.
  static let scriptHash = "sTYekw2S5jmbU8WmnoujMowvaTw2KCjzrqTBG/Yfjko="
}
