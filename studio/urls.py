from django.urls import URLPattern, URLResolver, include, path, register_converter

from .ids import PidConverter
from .views import errors, people, projects, words

register_converter(PidConverter, "pid")

urlpatterns: list[URLPattern | URLResolver] = [
    path("robots.txt", errors.robots),
    path("words/<str:language>.js", words.catalog, name="words"),
    # people
    path("login", people.log_in, name="login"),
    path("logout", people.log_out, name="logout"),
    path("welcome/<str:person>/<str:token>", people.welcome, name="welcome"),
    path("profile", people.profile, name="profile"),
    path("profile/theme", people.theme, name="theme"),
    # projects
    path("p/new", projects.new, name="project-new"),
    path("p/<pid:pid>/settings", projects.settings, name="project-settings"),
    path("p/<pid:pid>/trash", projects.trash, name="project-trash"),
    path("p/<pid:pid>/restore", projects.restore, name="project-restore"),
    path("p/<pid:pid>/people", projects.people, name="people"),
    path("p/<pid:pid>/people/link", projects.member_link, name="member-link"),
    path("p/<pid:pid>/people/role", projects.member_role, name="member-role"),
    path("p/<pid:pid>/people/remove", projects.member_remove, name="member-remove"),
    # what they make
    path("", include("generations.urls")),
]

handler403 = "studio.views.errors.forbidden"
handler404 = "studio.views.errors.not_found"
handler500 = "studio.views.errors.server_error"
