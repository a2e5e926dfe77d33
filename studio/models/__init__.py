from .event import Event
from .project import Membership, Project, Role
from .user import User

__all__ = ["Event", "Membership", "Project", "Role", "User"]
