"""Who reads without a word to Jellyfin keeps B on; who has ended lets it go, and the way down is clean."""


def reader(home, share):
    home.begin(share, COOLDOWN_TIME="90s")
    home.bring_b()
    film = f"{home.films}/film"
    home.A.background("story-steady", f"blocks read {film} 1024 120")
    home.wait(600, "the steady reader has ended", lambda: home.A.has_ended("story-steady"), 5)
    home.contains("it has read all that it wanted", " ended: ", home.A.said("story-steady"))
    home.A.background("story-bursts", f"blocks read {film} 300 240 80")
    home.wait(800, "the reader in bursts has ended", lambda: home.A.has_ended("story-bursts"), 5)
    home.contains("it has read all that it wanted", " ended: ", home.A.said("story-bursts"))
    home.same("B was on all the time", (1, True), (home.B.boots, home.B.is_on))
    home.figure(f"B was off {home.await_off():.0f} s after the last read")
    way_down(home)


def way_down(home):
    words = home.journal("-u jod-check", f"-u {home.mount}.mount")
    unmounted, asked = words.find("Unmounted"), words.rfind("Asked")
    home.note(words)
    if not 0 <= unmounted < asked:
        raise home.Failed("the share goes before B is asked to", words)
    home.expect_clean()


def story_reader_smb(home):
    """a silent reader over SMB, steady and in bursts, keeps B on to the end; then B goes, and the way down is clean"""
    reader(home, "smb")


def story_reader_nfs(home):
    """the same over NFS"""
    reader(home, "nfs")


def story_paused_night(home):
    """a film is paused over the night: B goes all the same, and the film continues where it stopped"""
    home.begin()
    home.bring_b()
    home.A.background("story-paused", f"blocks pause {home.films}/film /run/story-go")
    home.wait(300, "the film is paused", lambda: "paused" in home.A.said("story-paused"))
    home.await_off()
    home.expect_clean()
    home.access("story-morning")
    home.await_reader("story-morning")
    home.A("touch /run/story-go")
    home.wait(300, "the paused film has ended", lambda: home.A.has_ended("story-paused"))
    home.contains("each block of it was right", "ended: 64 blocks", home.A.said("story-paused"))
