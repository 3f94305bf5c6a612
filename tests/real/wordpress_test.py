#!/usr/bin/env python3
"""A site that others wrote: WordPress behind nginx, with a post for its subscribers alone.

Of Debian's packages, started in a folder of its own with a database of its own, and ended by
process id.  A stranger is sent to wp-login.php, as plugins for members do it; the reader logs in
there, is logged out by the site, told so once, and logs in again."""
import os

from server import PhpSite, program
from rig import case, contains, equal, main, prose, wait_for

WORDPRESS = "/usr/share/wordpress"
USER, PASSWORD = "reader", "correct horse battery"

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/sql'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT',
    'LOGGED_IN_SALT', 'NONCE_SALT'] as $name) define($name, $name . '-of-a-test');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# What a plugin for members does: who may not read a private post is asked to log in.
MEMBERS = """<?php
remove_filter('template_redirect', 'redirect_canonical');
add_action('template_redirect', function () {
    if (is_404() && !is_user_logged_in()) auth_redirect();
});
"""
INSTALL = """<?php
define('WP_INSTALLING', true);
require '{root}/wp-load.php'; require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('A paper', 'editor', 'editor@example.org', false, '', 'not for readers');
get_role('subscriber')->add_cap('read_private_posts');
wp_insert_user(['user_login' => '{user}', 'user_pass' => '{password}',
    'user_email' => 'reader@example.org', 'role' => 'subscriber']);
foreach (['one', 'two', 'three'] as $name)
    wp_insert_post(['post_title' => "Article $name", 'post_name' => $name, 'post_type' => 'post',
        'post_status' => 'private', 'post_author' => 1, 'post_content' => file_get_contents('{folder}/text')]);
update_option('permalink_structure', '/%postname%/'); flush_rewrite_rules();
"""
LOG_OUT = """<?php
require '{root}/wp-load.php';
foreach (get_users() as $user) WP_Session_Tokens::get_instance($user->ID)->destroy_all();
"""


class WordPress(PhpSite):
    """The paper at .url, until stop."""

    def __init__(self, place):
        super().__init__(place, "wordpress", WORDPRESS)
        data = f"{self.folder}/data"
        self.run(program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--user=root",
                 "--auth-root-authentication-method=normal", "--skip-test-db",
                 "--force")  # also where the machine has no name
        self.start(program("mariadbd"), "--no-defaults", f"--datadir={data}", "--user=root", "--skip-networking",
                   f"--socket={self.folder}/sql", f"--pid-file={self.folder}/sql.pid",
                   f"--init-file={self.write('start.sql', 'CREATE DATABASE IF NOT EXISTS wordpress;')}")
        wait_for(lambda: os.path.exists(f"{self.folder}/sql"), "the database listens")
        self.write("text", "\n\n".join(prose("member", 12)))
        self.write("root/wp-config.php", CONFIG)
        self.write("root/wp-content/mu-plugins/members.php", MEMBERS)
        self.php(INSTALL, user=USER, password=PASSWORD)
        self.serve("/wp-login.php")


def log_in(client, paper):
    return client.run("site", "--json", "login", paper.host, f"{paper.url}/wp-login.php",
                      stdin=f"{USER}\n{PASSWORD}\n".encode(), status=0)


@case
def a_subscribers_post_of_wordpress(place):
    paper = WordPress(place)
    daemon = place.daemon(more={"fetch": {"spacing": "0s", "timeout": "60s"}}).start()
    client = place.client().join(daemon)

    def copies():
        client.text("sync")
        return {url.rstrip("/").rsplit("/", 1)[1]: item["copy"] for url, item in client.items().items()}

    client.text("save", f"{paper.url}/one/")
    client.text("sync")
    daemon.idle(1)
    equal(copies(), {"one": "blocked"}, "a stranger is asked to log in")
    item = client.items()[f"{paper.url}/one/"]["id"]
    contains(client.json("why", item)["advice"], f"readsync site login {paper.host}")
    # A wrong password is told, and not tried again.
    done = client.run("site", "--json", "login", paper.host, f"{paper.url}/wp-login.php",
                      stdin=f"{USER}\nwrong\n".encode(), status=7)
    contains(done.stdout.decode(), "the user or the password was refused")
    log_in(client, paper)
    wait_for(lambda: copies() == {"one": "full"}, "it is repaired")
    contains(client.text("read", item), "keepers of the member")
    equal(client.json("site", "list")[0]["session"], "works")
    # The site ends the session.
    paper.php(LOG_OUT)
    client.text("save", f"{paper.url}/two/")
    client.text("sync")
    wait_for(lambda: "session-expired" in daemon.log(), "the next article finds out")
    client.text("save", f"{paper.url}/three/")
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 1, "the one after that waits")
    equal(daemon.log().count("session-expired"), 1, "told once")
    equal(paper.asked("/three/"), 0, "nothing more is asked")
    equal(copies()["one"], "full", "what is whole stays whole")
    log_in(client, paper)
    wait_for(lambda: set(copies().values()) == {"full"}, "all are repaired")


if __name__ == "__main__":
    main()
