//! Logging in, passwords, links, sessions.

super::rows! {
    "Log in" => "Anmelden", "Se connecter", "Iniciar sesión";
    "Email address" => "E-Mail-Adresse", "Adresse électronique", "Dirección de correo";
    "Password" => "Passwort", "Mot de passe", "Contraseña";
    "Answer in digits. This keeps programs from guessing passwords." => "Antworten Sie in Ziffern. Das hindert Programme daran, Passwörter zu erraten.", "Répondez en chiffres. Cela empêche les programmes de deviner les mots de passe.", "Responda con cifras. Así los programas no pueden adivinar contraseñas.";
    "Forgot your password?" => "Passwort vergessen?", "Mot de passe oublié ?", "¿Ha olvidado la contraseña?";
    "No password? The links in your spam digest log you in." => "Kein Passwort? Die Links in Ihrer Spam-Übersicht melden Sie an.", "Pas de mot de passe ? Les liens de votre récapitulatif de spam vous connectent.", "¿No tiene contraseña? Los enlaces de su resumen de spam inician la sesión.";
    "New password" => "Neues Passwort", "Nouveau mot de passe", "Contraseña nueva";
    "New password again" => "Neues Passwort wiederholen", "Nouveau mot de passe, encore", "Repita la contraseña nueva";
    "Present password" => "Bisheriges Passwort", "Mot de passe actuel", "Contraseña actual";
    "Log in to change your password" => "Melden Sie sich an, um Ihr Passwort zu ändern", "Connectez-vous pour changer votre mot de passe", "Inicie sesión para cambiar la contraseña";
    "Back without a change" => "Zurück ohne Änderung", "Revenir sans rien changer", "Volver sin cambios";
    "Enter the address that you log in with. A mail with a link lets you choose another password." => "Geben Sie die Adresse ein, mit der Sie sich anmelden. Mit dem Link in einer E-Mail wählen Sie ein neues Passwort.", "Indiquez l’adresse avec laquelle vous vous connectez. Un message avec un lien vous permettra de choisir un autre mot de passe.", "Escriba la dirección con la que inicia sesión. Un correo con un enlace le permitirá elegir otra contraseña.";
    "Send the link" => "Link senden", "Envoyer le lien", "Enviar el enlace";
    "Back to the login" => "Zurück zur Anmeldung", "Retour à la connexion", "Volver al inicio de sesión";
    "Choose a password" => "Passwort wählen", "Choisir un mot de passe", "Elegir una contraseña";
    "For the login " => "Für die Anmeldung ", "Pour l’identifiant ", "Para el usuario ";
    "Set password" => "Passwort setzen", "Définir le mot de passe", "Establecer la contraseña";
    "This link does not work any more" => "Dieser Link gilt nicht mehr", "Ce lien ne fonctionne plus", "Este enlace ya no funciona";
    "It has expired, was used, or is not complete." => "Er ist abgelaufen, wurde benutzt oder ist unvollständig.", "Il a expiré, a déjà servi ou est incomplet.", "Ha caducado, ya se usó o está incompleto.";
    "Ask for another link" => "Neuen Link anfordern", "Demander un autre lien", "Pedir otro enlace";

    "Log out everywhere else" => "Überall sonst abmelden", "Se déconnecter partout ailleurs", "Cerrar las demás sesiones";
    "Browsers in which you are logged in. Change your password if you do not know one of them." => "Browser, in denen Sie angemeldet sind. Ändern Sie Ihr Passwort, wenn Sie einen davon nicht kennen.", "Navigateurs dans lesquels vous êtes connecté. Changez votre mot de passe si vous n’en reconnaissez pas un.", "Navegadores en los que tiene una sesión. Cambie la contraseña si no reconoce alguno.";
    "Since" => "Seit", "Depuis", "Desde";
    "Last seen" => "Zuletzt gesehen", "Dernière activité", "Última actividad";
    " by a digest's link" => " über den Link einer Übersicht", " par le lien d’un récapitulatif", " con el enlace de un resumen";
    "This session" => "Diese Sitzung", "Cette session", "Esta sesión";
}
